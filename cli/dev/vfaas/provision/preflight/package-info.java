/** What is right, doubtful or wrong about a server before anything on it is changed. */
@NullMarked
package dev.vfaas.provision.preflight;

import org.jspecify.annotations.NullMarked;
