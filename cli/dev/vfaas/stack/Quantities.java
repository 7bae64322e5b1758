package dev.vfaas.stack;

import org.jspecify.annotations.Nullable;

/** {@code limits} or {@code requests} of a function: Kubernetes quantities such as {@code 128Mi} and {@code 100m}, as written. */
public record Quantities(@Nullable String memory, @Nullable String cpu) {}
