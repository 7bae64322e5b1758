package dev.vfaas.gateway;

/** The version of this build. */
final class Version {
    private Version() {}

    /** As the jar's manifest says; {@code dev} when run from classes. */
    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
