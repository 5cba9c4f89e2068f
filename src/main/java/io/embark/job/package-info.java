/**
 * The job: a table in, a table with vectors out, from the command line or a configuration file.
 *
 * <p>Read {@link io.embark.job.Main} first; then {@code Command} (which settings each command takes), {@code JobSettings}
 * and {@code Settings} (what they are and which value wins), {@code EmbedCommand} (the way of a run) with {@code Source},
 * {@code Spreading} and {@code Sink}, and at last {@code SearchCommand} and {@code InspectCommand}. A new setting is one
 * line of {@code JobSettings}, a new kind of file one constant of {@code SourceFormat} or {@code SinkFormat}, a new place to
 * write to one implementation of {@code Sink}. Nothing here knows how a vector is computed.
 */
package io.embark.job;
