/**
 * libtorch through DJL: native libraries, and the encoder that runs a packed batch.
 *
 * <p>Read {@link io.embark.torch.Encoder} first. A family of models is one TorchScript source beside this package's classes
 * ({@code bert.ts}), put behind what all families share ({@code encoder.ts}) and the forward pass of
 * those whose tokens are pooled ({@code pooling.ts}). Nothing here knows texts, rows or Spark.
 */
package io.embark.torch;
