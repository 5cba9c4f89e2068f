/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * README.md or a page of the manual, taken apart.
 *
 * @param path where it is
 * @param text its Markdown
 */
public record Page(Path path, String text) {
    static final Path MANUAL = Path.of("src", "site", "markdown");

    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\V*)\\n(.*?)^```$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]+\\]\\(([^)\\s]+)\\)");
    private static final Pattern COMMAND = Pattern.compile("(?m)^((?:.*\\\\\\n)*.+)$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    /** A fenced block. */
    public record Fence(String language, String content) {}

    /** The front door. */
    public static Page readme() {
        return read(Path.of("README.md"));
    }

    /** A page of the manual: {@code "sql"}. */
    public static Page of(String name) {
        return read(MANUAL.resolve(name + ".md"));
    }

    /** The front door and all pages of the manual. */
    public static List<Page> all() {
        try (Stream<Path> files = Files.list(MANUAL)) {
            return Stream.concat(Stream.of(readme()), files.sorted().map(Page::read))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Page read(Path path) {
        try {
            return new Page(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The blocks between fences, in their order. */
    public List<Fence> fences() {
        return FENCE.matcher(text)
                .results()
                .map(fence -> new Fence(fence.group(1), fence.group(2)))
                .toList();
    }

    /** What the blocks in a language hold. */
    public List<String> blocks(String language) {
        return fences().stream()
                .filter(fence -> fence.language().equals(language))
                .map(Fence::content)
                .toList();
    }

    /** The words of each command of the shell. */
    public List<List<String>> commands() {
        return blocks("bash").stream()
                .flatMap(block -> COMMAND.matcher(block).results())
                .map(command -> words(command.group(1).replace("\\\n", " ")))
                .toList();
    }

    private static List<String> words(String command) {
        return WORD.matcher(command)
                .results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toList();
    }

    /** The text without its fenced blocks. */
    public String prose() {
        return FENCE.matcher(text).replaceAll("");
    }

    /** Where its links lead, as they are written. */
    List<String> links() {
        return LINK.matcher(prose()).results().map(link -> link.group(1)).toList();
    }

    /** What a link to a heading ends in, as code hosts make it of the heading. */
    List<String> anchors() {
        return HEADING.matcher(prose())
                .results()
                .map(MatchResult::group)
                .map(heading -> heading.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
