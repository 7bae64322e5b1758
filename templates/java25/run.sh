#!/bin/sh
# Starts the function in the folder of this file. JAVA_OPTS replaces the JVM's options below.
case $0 in */*) cd "${0%/*}" || exit 1 ;; esac

java=java
options='-XX:+UseSerialGC -XX:MaxRAMPercentage=70'
if [ -r server/java.home ]; then
  # Built for this very machine: the JDK that compiled it, and an archive of loaded classes, made when the first replica stops, that halves the
  # time of later starts.
  read -r home < server/java.home
  java=$home/bin/java
  options='-XX:+UseSerialGC -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile=server/classes.jsa -Xlog:cds=off -Xlog:cds*=off -Xlog:aot*=off'
fi
set -f # no file names in place of the stars
# shellcheck disable=SC2086 # options are words
exec "$java" ${JAVA_OPTS-$options} -cp 'server/server.jar:function/function.jar:lib/*' dev.vfaas.function.Main
