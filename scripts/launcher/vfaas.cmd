@echo off
rem Starts vfaas from the archive it came in, on the Java runtime beside it. Nothing needs to be installed.
setlocal enabledelayedexpansion
set "VFAAS_DIST=%~dp0.."
set "VFAAS_CLASS_PATH="
for %%J in ("%VFAAS_DIST%\lib\*.jar") do set "VFAAS_CLASS_PATH=!VFAAS_CLASS_PATH!%%~fJ;"
"%VFAAS_DIST%\runtime\bin\java.exe" "-XX:AOTCache=%VFAAS_DIST%\lib\vfaas.aot" -Xlog:aot=off -Xlog:disable -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -cp "%VFAAS_CLASS_PATH%" dev.vfaas.Main %*
exit /b %ERRORLEVEL%
