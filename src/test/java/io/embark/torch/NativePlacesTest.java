/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.base.Digests;
import io.embark.host.CacheDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativePlacesTest {
    private static final Map<String, String> LIBRARIES = Map.of("liba.so", "library a", "below/libb.so", "library b");

    @TempDir
    Path temporary;

    private Path cache;
    private List<NativeFile> files;

    @BeforeEach
    void makeJar() throws IOException {
        cache = temporary.toRealPath().resolve("cache");
        files = jar("libraries.jar");
    }

    /** What may happen to a folder after it was unpacked. */
    enum Damage {
        TRUNCATED {
            @Override
            void doTo(Path folder) throws IOException {
                Files.writeString(folder.resolve("liba.so"), "lib");
            }
        },
        EMPTY {
            @Override
            void doTo(Path folder) throws IOException {
                Files.write(folder.resolve("liba.so"), new byte[0]);
            }
        },
        ALTERED {
            @Override
            void doTo(Path folder) throws IOException {
                Files.writeString(folder.resolve("liba.so"), "library A");
                // Within one tick of the clock its times could be what they were.
                Files.setLastModifiedTime(folder.resolve("liba.so"), FileTime.fromMillis(0));
            }
        },
        MISSING {
            @Override
            void doTo(Path folder) throws IOException {
                Files.delete(folder.resolve("below/libb.so"));
            }
        },
        ONE_MORE {
            @Override
            void doTo(Path folder) throws IOException {
                Files.writeString(folder.resolve("libc.so"), "library c");
            }
        },
        WRITABLE_FILE {
            @Override
            void doTo(Path folder) throws IOException {
                Files.setAttribute(folder.resolve("liba.so"), "unix:mode", 0757);
            }
        },
        WRITABLE_FOLDER {
            @Override
            void doTo(Path folder) throws IOException {
                Files.setAttribute(folder.resolve("below"), "unix:mode", 0757);
            }
        },
        LINKED {
            @Override
            void doTo(Path folder) throws IOException {
                Path elsewhere = Files.writeString(folder.resolveSibling("elsewhere.so"), "library a");
                Files.delete(folder.resolve("liba.so"));
                Files.createSymbolicLink(folder.resolve("liba.so"), elsewhere);
            }
        },
        ALTERED_LIST {
            @Override
            void doTo(Path folder) throws IOException {
                Files.writeString(folder.resolve("SHA256SUMS"), "nothing");
            }
        },
        A_FILE_IN_ITS_PLACE {
            @Override
            void doTo(Path folder) throws IOException {
                Files.move(folder, folder.resolveSibling("away"));
                Files.writeString(folder, "");
            }
        };

        abstract void doTo(Path folder) throws IOException;
    }

    @Test
    void unpacksTheFilesOfAJar() throws IOException {
        Path folder = provide();
        assertThat(folder.getParent()).isEqualTo(cache.resolve("natives"));
        assertThat(content(folder)).isEqualTo(LIBRARIES);
        assertThat(folder.resolve("liba.so")).isExecutable();
        assertThat(folder.resolve("SHA256SUMS")).hasContent("""
                        %s  liba.so
                        %s  below/libb.so
                        """.formatted(sha256("library a"), sha256("library b")));
    }

    @ParameterizedTest
    @EnumSource
    void unpacksAgainWhatIsNotAsItWas(Damage damage) throws IOException {
        Path folder = provide();
        // The second time they are verified, and that is remembered.
        assertThat(provide()).isEqualTo(folder);
        damage.doTo(folder);
        assertThat(provide()).isEqualTo(folder);
        assertThat(content(folder)).isEqualTo(LIBRARIES);
    }

    @Test
    void writesNothingWhereEverythingIsVerified() throws IOException {
        provide();
        provide();
        Map<String, Object> before = states();
        assertThat(content(provide())).isEqualTo(LIBRARIES);
        assertThat(states()).isEqualTo(before);
    }

    @Test
    void hashesAgainAfterTheNextBoot() throws IOException {
        Path folder = provide();
        provide();
        Path record = folder.resolveSibling(folder.getFileName() + ".verified");
        String remembered = Files.readString(record);
        Files.writeString(record, "another boot" + remembered.substring(remembered.indexOf('\n')));
        provide();
        assertThat(record).hasContent(remembered);
    }

    @Test
    void removesWhatAKilledProcessLeft() throws IOException {
        Path left = Files.createDirectories(cache.resolve("natives/.unfinished-1"));
        Files.writeString(left.resolve("liba.so"), "lib");
        provide();
        assertThat(left).doesNotExist();
    }

    @Test
    void keepsTheLibrariesOfOtherVersions() throws IOException {
        Path folder = provide();
        List<NativeFile> others = List.of(jar("others.jar").get(0));
        Path other = new NativePlaces(new CacheDirectory(cache)).provide("set", others);
        assertThat(other).isNotEqualTo(folder);
        assertThat(content(folder)).isEqualTo(LIBRARIES);
        assertThat(content(other)).containsOnlyKeys("liba.so");
    }

    @Test
    void takesAPlaceOfItsOwnWhereEverybodyWrites() throws IOException {
        Files.createDirectories(cache);
        Files.setAttribute(cache, "unix:mode", 01777);
        Object user = Files.getAttribute(cache, "unix:uid");
        assertThat(provide().getParent()).isEqualTo(cache.resolve("natives-" + user));
    }

    @Test
    void takesCompleteLibrariesOfRootWhereEverybodyWrites() throws IOException {
        Path folder = provide();
        Files.setAttribute(cache, "unix:mode", 01777);
        assertThat(provide()).isEqualTo(folder);
    }

    @Test
    void refusesADamagedJar() throws IOException {
        NativeFile file = files.get(0);
        NativeFile wrong = new NativeFile(file.name(), file.resource(), file.bytes(), file.crc() + 1);
        assertRefused(
                () -> new NativePlaces(new CacheDirectory(cache)).provide("set", List.of(wrong)),
                ErrorCode.NATIVES_UNAVAILABLE,
                "native libraries of libtorch and the tokenizers: their jars cannot be read",
                "The system says: java.util.zip.ZipException: %s is damaged: it gives 9 bytes with the CRC-32 %08x, not 9 with %08x."
                        .formatted(file.resource(), file.crc(), file.crc() + 1),
                "Check that the jars on the class path are there and whole.");
        assertThat(cache.resolve("natives")).isDirectoryNotContaining("glob:**/{.unfinished,set}*");
    }

    private Path provide() throws IOException {
        return new NativePlaces(new CacheDirectory(cache)).provide("set", files);
    }

    private List<NativeFile> jar(String name) throws IOException {
        Path jar = temporary.resolve(name);
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String library : LIBRARIES.keySet().stream().sorted().toList()) {
                zip.putNextEntry(new ZipEntry(library));
                zip.write(LIBRARIES.get(library).getBytes(StandardCharsets.UTF_8));
            }
        }
        List<NativeFile> found = new ArrayList<>();
        for (String library : List.of("liba.so", "below/libb.so")) {
            found.add(NativeFile.of(
                    library,
                    URI.create("jar:%s!/%s".formatted(jar.toUri(), library)).toURL()));
        }
        return found;
    }

    private static Map<String, String> content(Path folder) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.filter(Files::isRegularFile).toList()) {
                if (!entry.endsWith("SHA256SUMS")) {
                    content.put(folder.relativize(entry).toString(), Files.readString(entry));
                }
            }
        }
        return content;
    }

    private Map<String, Object> states() throws IOException {
        Map<String, Object> states = new TreeMap<>();
        try (Stream<Path> entries = Files.walk(cache)) {
            for (Path entry : entries.toList()) {
                states.put(entry.toString(), Files.readAttributes(entry, "unix:ino,ctime"));
            }
        }
        return states;
    }

    private String sha256(String text) throws IOException {
        return Digests.sha256(Files.writeString(temporary.resolve("text"), text));
    }
}
