package dev.vfaas.image;

import dev.vfaas.image.toolchain.FunctionSource;
import dev.vfaas.image.toolchain.Toolchain;

/** An image that is planned, with what makes it. */
record PlannedImage(ImagePlan plan, FunctionSource source, Toolchain toolchain) {}
