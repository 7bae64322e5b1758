/** The REST API of OpenFaaS: its types and a client. */
@NullMarked
package dev.vfaas.openfaas;

import org.jspecify.annotations.NullMarked;
