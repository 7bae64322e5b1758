/** What the host lets in: the rules, the packet filter that holds them, and the guard that takes them back when they lock someone out. */
@NullMarked
package dev.vfaas.provision.firewall;

import org.jspecify.annotations.NullMarked;
