/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * libtorch through DJL: native libraries, and the encoder that runs a packed batch.
 *
 * <p>Read {@link io.embark.torch.Encoder} first. The networks are TorchScript, beside this package's classes: read {@code
 * encoder.py}, what all transformers share, then a family's own, {@code bert.py} for example. Behind {@code encoder.py} stand
 * {@code pooling.py} and {@code network.py}, which holds the weights. A model that is a program itself is run by {@code
 * TrustedProgram}, and {@code program.py} pools what it gives. Nothing here knows texts, rows or Spark.
 */
package io.embark.torch;
