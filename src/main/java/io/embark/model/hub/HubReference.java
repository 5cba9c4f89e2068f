/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static java.util.Objects.requireNonNull;

import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a model on a hub: {@code org/name} or {@code org/name@revision}. Immutable.
 *
 * @param id {@code org/name}, by the rules of huggingface_hub ({@code utils/_validators.py}, {@code validate_repo_id})
 * @param revision a branch, a tag or a commit
 * @hidden Public for Embark's other rooms only.
 */
public record HubReference(String id, String revision) {
    /** The branch that is meant where a name has no revision. */
    public static final String DEFAULT_REVISION = "main";

    /** What is taken for a name on a hub: a colon makes it a URI, a leading dot, tilde or slash a path. */
    private static final Pattern SHAPE =
            Pattern.compile("([^/@:\\\\.~][^/@:\\\\]*/[^/@:\\\\]+)(?:@(.*))?", Pattern.DOTALL);

    private static final Pattern PART = Pattern.compile("\\w([\\w.-]{0,94}\\w)?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern REVISION = Pattern.compile("[\\w.+-]+(/[\\w.+-]+)*");
    private static final int MAX_REVISION_LENGTH = 200;

    /**
     * Refuses what no hub can have.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if id or revision breaks the rules
     */
    public HubReference {
        requireNonNull(id, "id is null");
        requireNonNull(revision, "revision is null");
        checkId(id);
        checkRevision(id, revision);
    }

    /**
     * The hub model that a reference names. What a path could be as well is a path if such a file or folder exists; else
     * exactly two parts with one {@code /} between them are a name on a hub, with {@code @} before the revision. A name
     * without {@code /}, a path of more parts, one that starts with {@code /}, {@code .} or {@code ~}, and a URI never are.
     *
     * @return empty if the reference is not one to a hub
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if it is, but breaks the rules of names there
     */
    public static Optional<HubReference> of(String reference) {
        requireNonNull(reference, "reference is null");
        return id(reference)
                .filter(id -> !exists(reference))
                .map(id -> new HubReference(id, revision(reference).orElse(DEFAULT_REVISION)));
    }

    /** The {@code org/name} in a text that has the form of a name on a hub; nothing is looked up or refused. */
    public static Optional<String> id(String reference) {
        return part(reference, 1);
    }

    /** The revision that such a text names. */
    public static Optional<String> revision(String reference) {
        return part(reference, 2);
    }

    private static Optional<String> part(String reference, int group) {
        Matcher shape = SHAPE.matcher(reference);
        return shape.matches() ? Optional.ofNullable(shape.group(group)) : Optional.empty();
    }

    /** Whether the revision is a full commit, which never changes. */
    boolean isPinned() {
        return isCommit(revision);
    }

    /** The same model at another revision. */
    HubReference at(String otherRevision) {
        return new HubReference(id, otherRevision);
    }

    /** {@code org/name@revision}. */
    @Override
    public String toString() {
        return id + "@" + revision;
    }

    public static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    private static boolean exists(String reference) {
        try {
            return Files.exists(Path.of(reference));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static void checkId(String id) {
        String[] parts = id.split("/", -1);
        boolean allowed = parts.length == 2
                && PART.matcher(parts[0]).matches()
                && PART.matcher(parts[1]).matches();
        if (!allowed || id.contains("--") || id.contains("..") || id.endsWith(".git")) {
            throw ModelProblem.notFound(
                    "model %s: not a name that a hub can have".formatted(ModelProblem.show(id)),
                    "It is org/name, each of 1 to 96 letters, digits, '_', '-' and '.', without '--', '..', a '-' or '.' "
                            + "at an end, or '.git' at the last.",
                    "Correct the name; if it is a folder, check that it exists on this host.");
        }
    }

    private static void checkRevision(String id, String revision) {
        boolean allowed = REVISION.matcher(revision).matches() && revision.length() <= MAX_REVISION_LENGTH;
        // These become the names of files in the cache.
        if (!allowed || ("/" + revision + "/").contains("/.") || revision.contains("..")) {
            throw ModelProblem.notFound(
                    "model %s: '%s' is not a revision".formatted(id, ModelProblem.show(revision)),
                    "A revision is the name of a branch or a tag, or a commit of 40 hexadecimal digits.",
                    "Write %s@ and one of these, or leave the @ out for %s.".formatted(id, DEFAULT_REVISION));
        }
    }
}
