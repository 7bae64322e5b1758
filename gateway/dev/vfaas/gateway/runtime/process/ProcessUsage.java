package dev.vfaas.gateway.runtime.process;

import dev.vfaas.openfaas.FunctionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What processes use of this machine, from {@code /proc}; nothing on systems without it. */
final class ProcessUsage {
    private static final long SAMPLE_MILLIS = 100;

    /** Resident memory now, and the CPU used over a short moment, of the replicas and their descendants. Takes that moment. */
    FunctionStatus.Usage of(List<Replica> replicas) {
        List<Long> processes = processes(replicas);
        double before = cpuNanos(processes);
        long start = System.nanoTime();
        try {
            Thread.sleep(processes.isEmpty() ? 0 : SAMPLE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        double used = Math.max(0, cpuNanos(processes) - before);
        double memory = processes.stream().mapToDouble(ProcessUsage::resident).sum();
        return new FunctionStatus.Usage(Math.round(1000 * used / Math.max(1, System.nanoTime() - start)), memory);
    }

    /** The replicas' processes and their descendants. */
    static List<Long> processes(List<Replica> replicas) {
        return replicas.stream()
                .map(Replica::process)
                .filter(process -> process != null && process.isAlive())
                .flatMap(process -> ProcessHandle.of(process.pid()).stream())
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static double cpuNanos(List<Long> processes) {
        return processes.stream().mapToDouble(ProcessUsage::cpuNanos).sum();
    }

    /** Nanoseconds of CPU a process has used; 0 when it is gone. */
    static double cpuNanos(long pid) {
        return firstNumber(Path.of("/proc/" + pid + "/schedstat"), 0);
    }

    /** Bytes in memory. */
    static double resident(long pid) {
        return firstNumber(Path.of("/proc/" + pid + "/statm"), 1) * 4096;
    }

    private static double firstNumber(Path file, int field) {
        try {
            return Double.parseDouble(Files.readString(file).split("\\s+")[field]);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return 0; // it ended, or this is not Linux
        }
    }
}
