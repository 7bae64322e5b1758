/** The gateway's durable rooms under kills. */
package dev.vfaas.gateway.crash;
