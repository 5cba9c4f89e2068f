/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.files.ModelProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tensors of files by their canonical names. What a network was wrapped in when it was saved stands before all of its
 * names: {@code module.}, {@code _orig_mod.}, {@code model.0.auto_model.}. Where not all that is needed is found without, the
 * one prefix is left out under which all of it is; the prefixes that transformers knows are the family's own.
 */
final class NamedTensors {
    /** A wrapper adds one or two parts, and nobody wraps a network more often than a few times. */
    private static final int MOST_PARTS = 12;

    private final Path folder;
    private final TensorSource source;
    private final List<StoredTensor> stored;

    NamedTensors(Path folder, TensorSource source) {
        this.folder = folder;
        this.source = source;
        this.stored = source.files().tensors();
    }

    /** What is needed, in its order, with its parts in the place of a tensor that is stored as such. */
    Map<TensorShape, Optional<StoredTensor>> found() {
        Map<TensorShape, Optional<StoredTensor>> plain = under("");
        if (hasAll(plain)) {
            return plain;
        }

        Map<Map<TensorShape, Optional<StoredTensor>>, String> wrapped = new LinkedHashMap<>();
        for (String prefix : prefixes()) {
            Map<TensorShape, Optional<StoredTensor>> found = under(prefix);
            if (hasAll(found)) {
                // Of two that lead to the same tensors the family knows the rest itself.
                wrapped.putIfAbsent(found, prefix);
            }
            if (wrapped.size() > 1) {
                break;
            }
        }
        List<String> fitting = List.copyOf(wrapped.values());
        if (fitting.size() > 1) {
            throw ModelProblem.unsupported(
                    "%s: all tensors are there twice, behind '%s' and '%s'"
                            .formatted(folder, ModelProblem.show(fitting.get(0)), ModelProblem.show(fitting.get(1))),
                    "Which of the networks is meant cannot be told.",
                    "Save the one that is meant alone, as safetensors.");
        }
        return wrapped.isEmpty() ? plain : wrapped.keySet().iterator().next();
    }

    private static boolean hasAll(Map<TensorShape, Optional<StoredTensor>> found) {
        return found.values().stream().allMatch(Optional::isPresent);
    }

    private Map<TensorShape, Optional<StoredTensor>> under(String prefix) {
        Map<String, StoredTensor> byName = new HashMap<>();
        for (StoredTensor tensor : stored) {
            if (tensor.name().startsWith(prefix)) {
                String name = source.names().canonicalName(tensor.name().substring(prefix.length()));
                StoredTensor other = byName.putIfAbsent(name, tensor);
                if (other != null) {
                    throw ModelProblem.damaged(
                            "%s: the tensors '%s' and '%s' are the same"
                                    .formatted(
                                            folder, ModelProblem.show(other.name()), ModelProblem.show(tensor.name())),
                            "Which of them to use cannot be told.");
                }
            }
        }

        Map<TensorShape, Optional<StoredTensor>> found = new LinkedHashMap<>();
        for (TensorShape needed : source.needed()) {
            List<TensorShape> parts = byName.containsKey(needed.name())
                    ? List.of()
                    : source.names().parts(needed);
            boolean inParts = parts.stream().anyMatch(part -> byName.containsKey(part.name()));
            for (TensorShape each : inParts ? parts : List.of(needed)) {
                found.put(each, Optional.ofNullable(byName.get(each.name())).or(() -> source.names()
                        .standIn(each.name())
                        .map(byName::get)));
            }
        }
        return found;
    }

    /** Those behind which every needed tensor is, the shortest first. */
    private List<String> prefixes() {
        TensorNames names = source.names();
        Map<String, Set<String>> byNeeded = new HashMap<>();
        Map<String, String> instead = new HashMap<>();
        for (TensorShape needed : source.needed()) {
            byNeeded.put(needed.name(), new HashSet<>());
            names.standIn(needed.name()).ifPresent(other -> instead.put(other, needed.name()));
            names.parts(needed).forEach(part -> instead.put(part.name(), needed.name()));
        }
        for (StoredTensor tensor : stored) {
            int end = 0;
            for (int part = 0; part < MOST_PARTS; part++) {
                end = tensor.name().indexOf('.', end) + 1;
                if (end == 0) {
                    break;
                }
                String name = names.canonicalName(tensor.name().substring(end));
                Set<String> prefixes = byNeeded.get(instead.getOrDefault(name, name));
                if (prefixes != null) {
                    prefixes.add(tensor.name().substring(0, end));
                }
            }
        }

        Set<String> common = null;
        for (Set<String> prefixes : byNeeded.values()) {
            if (common == null) {
                common = new TreeSet<>(prefixes);
            } else {
                common.retainAll(prefixes);
            }
        }
        List<String> shortest = new ArrayList<>(common == null ? Set.of() : common);
        shortest.sort(Comparator.comparingInt(String::length));
        return shortest;
    }
}
