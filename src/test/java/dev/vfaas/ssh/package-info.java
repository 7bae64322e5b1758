@NullMarked
package dev.vfaas.ssh;

import org.jspecify.annotations.NullMarked;
