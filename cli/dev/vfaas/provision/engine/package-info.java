/** The engine: steps that are asked, planned, applied, verified and undone; what the host keeps of it: state, journal, lock and audit log. */
@NullMarked
package dev.vfaas.provision.engine;

import org.jspecify.annotations.NullMarked;
