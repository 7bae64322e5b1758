package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.openfaas.FunctionDeployment;

/**
 * One version of a function: what was asked, with the image its reference named at that moment.
 *
 * @param number counts from 1 for each function
 */
record Revision(int number, FunctionDeployment deployment, StoredImage image) {}
