package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.ResourceUse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much CPU functions used between one question and the next, from {@code /proc}. Thread-safe. */
final class CpuMeter {
    /** Questions that follow each other faster get the same answer, so that several askers do not spoil each other's interval. */
    private static final long LEAST_NANOS = 500_000_000;

    private record Sample(long nanos, Map<Long, Double> cpuNanos, ResourceUse use) {}

    private final Map<FunctionKey, Sample> samples = new HashMap<>();

    /** What these replicas use; no CPU at the first question. */
    synchronized ResourceUse use(FunctionKey function, List<Replica> replicas) {
        Sample before = samples.get(function);
        long now = System.nanoTime();
        if (before != null && now - before.nanos() < LEAST_NANOS) {
            return before.use();
        }
        List<Long> processes = ProcessUsage.processes(replicas);
        Map<Long, Double> cpu = new HashMap<>();
        processes.forEach(pid -> cpu.put(pid, ProcessUsage.cpuNanos(pid)));
        double memory = processes.stream().mapToDouble(ProcessUsage::resident).sum();
        Sample sample = new Sample(now, cpu, new ResourceUse(milliCpu(before, cpu, now), Math.round(memory)));
        samples.put(function, sample);
        return sample.use();
    }

    private static double milliCpu(@Nullable Sample before, Map<Long, Double> cpu, long now) {
        if (before == null) {
            return 0;
        }
        double used = 0;
        for (Map.Entry<Long, Double> process : cpu.entrySet()) {
            used += Math.max(0, process.getValue() - before.cpuNanos().getOrDefault(process.getKey(), 0.0));
        }
        return 1000 * used / (now - before.nanos());
    }
}
