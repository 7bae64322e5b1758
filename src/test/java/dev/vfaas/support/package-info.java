/** What tests of several rooms share. */
@NullMarked
package dev.vfaas.support;

import org.jspecify.annotations.NullMarked;
