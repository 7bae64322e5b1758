package dev.vfaas;

/** The process entry of the {@code vfaas} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("vfaas");
    }
}
