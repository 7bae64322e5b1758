/** The running gateway, over real sockets. */
package dev.vfaas.gateway;
