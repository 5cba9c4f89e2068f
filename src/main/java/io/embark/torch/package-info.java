/**
 * libtorch through DJL: native libraries, and the encoder that runs a packed batch.
 *
 * <p>Read {@link io.embark.torch.Encoder} first. A family of models is one TorchScript source beside this package's classes
 * ({@code bert.ts}), put behind what all families share ({@code encoder.ts}), pooling ({@code pooling.ts}) and the forward pass
 * of those that read packed tokens ({@code packed.ts}). A model that is a program itself is run by {@code TrustedProgram}, and
 * {@code program.ts} pools what it gives. Nothing here knows texts, rows or Spark.
 */
package io.embark.torch;
