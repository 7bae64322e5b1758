/** What one round trip says about a server. */
@NullMarked
package dev.vfaas.provision.facts;

import org.jspecify.annotations.NullMarked;
