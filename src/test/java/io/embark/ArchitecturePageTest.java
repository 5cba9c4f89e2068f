/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the manual's plan of the house to the rooms, classes and files that there are. */
class ArchitecturePageTest {
    private static final Page PAGE = Page.of("architecture");
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Path TESTS = Path.of("src", "test", "java");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern ROOM = Pattern.compile("io\\.embark(\\.[a-z]+)*");
    private static final Pattern CLASS = Pattern.compile("[A-Z][a-z]\\w+");
    private static final Pattern FILE = Pattern.compile("(src|conf|jobs|\\.ci)/.+|[A-Z]+\\.md");

    @Test
    void thePlanHasEachRoomAndNoOther() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            Set<String> rooms = files.filter(file -> file.endsWith("package-info.java"))
                    .map(file -> SOURCES.relativize(file.getParent()).toString().replace('/', '.'))
                    .collect(Collectors.toSet());

            assertThat(names(ROOM)).containsExactlyInAnyOrderElementsOf(rooms);
        }
    }

    @Test
    void everyClassThatThePageNamesExists() throws IOException {
        try (Stream<Path> main = Files.walk(SOURCES);
                Stream<Path> tests = Files.walk(TESTS)) {
            Set<String> classes = Stream.concat(main, tests)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());

            assertThat(names(CLASS)).isNotEmpty().isSubsetOf(classes);
        }
    }

    @Test
    void everyFileThatThePageNamesExists() {
        assertThat(names(FILE)).isNotEmpty().allSatisfy(name -> assertThat(Path.of(name.replaceFirst(" .*", "")))
                .exists());
    }

    /** The names in the page's code of a kind, each once. */
    private static List<String> names(Pattern kind) {
        return CODE.matcher(PAGE.prose())
                .results()
                .map(code -> code.group(1))
                .filter(kind.asMatchPredicate())
                .distinct()
                .toList();
    }
}
