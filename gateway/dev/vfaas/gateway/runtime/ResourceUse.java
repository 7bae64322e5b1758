package dev.vfaas.gateway.runtime;

/**
 * What all replicas of a function use together.
 *
 * @param milliCpu thousandths of a CPU, lately
 * @param memoryBytes resident now
 */
public record ResourceUse(double milliCpu, long memoryBytes) {}
