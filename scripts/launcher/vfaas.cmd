@echo off
rem Starts vfaas from the archive it came in, on the Java runtime beside it. Nothing needs to be installed.
setlocal
for %%D in ("%~dp0..") do set "VFAAS_DIST=%%~fD"
set "VFAAS_DIST_LIB=%VFAAS_DIST%\lib"
rem VFAAS_DIST_QUICK and VFAAS_DIST_FULL, in the order the ahead-of-time caches were trained with
call "%VFAAS_DIST_LIB%\class-paths.cmd"
rem Commands that ask a gateway something; the others get all jars. Where the rest lies, vfaas finds by itself.
set "VFAAS_DIST_PATH=%VFAAS_DIST_FULL%"
for %%C in (list ls describe invoke logs scale ready remove rm delete secret queue top login logout context namespace ns version --version) do (
  if "%~1"=="%%C" set "VFAAS_DIST_PATH=%VFAAS_DIST_QUICK%"
)
rem The cache that was trained with such commands.
set "VFAAS_DIST_CACHE=%VFAAS_DIST_LIB%\vfaas.aot"
for %%C in (up build push deploy new) do (
  if "%~1"=="%%C" set "VFAAS_DIST_CACHE=%VFAAS_DIST_LIB%\vfaas-build.aot"
)
"%VFAAS_DIST%\runtime\bin\java.exe" "-XX:AOTCache=%VFAAS_DIST_CACHE%" -Xlog:aot=off -Xlog:disable -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -cp "%VFAAS_DIST_PATH%" dev.vfaas.Main %*
exit /b %ERRORLEVEL%
