@echo off
rem Starts vfaas from the archive it came in, on the Java runtime beside it. Nothing needs to be installed.
setlocal
set "VFAAS_DIST=%~dp0.."
"%VFAAS_DIST%\runtime\bin\java.exe" @"%VFAAS_DIST%\lib\jvm.options" "-XX:AOTCache=%VFAAS_DIST%\lib\vfaas.aot" -cp "%VFAAS_DIST%\lib\*" dev.vfaas.Main %*
exit /b %ERRORLEVEL%
