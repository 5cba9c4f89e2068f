/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.version;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import scala.collection.JavaConverters;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractPartialFunction;

/**
 * Between Java's collections and functions and the ones that Catalyst takes.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Scala {
    private Scala() {}

    /** An immutable Scala list; Catalyst compares and serialises it. */
    public static <T> Seq<T> seq(List<? extends T> list) {
        List<T> copy = List.copyOf(list);
        return JavaConverters.asScalaBuffer(copy).toList();
    }

    public static <T> List<T> list(scala.collection.Seq<T> seq) {
        return List.copyOf(JavaConverters.seqAsJavaList(seq));
    }

    /** The entries of a map of Scala's, the caller's own. */
    public static <K, V> Map<K, V> map(scala.collection.Map<K, V> map) {
        return new LinkedHashMap<>(JavaConverters.mapAsJavaMap(map));
    }

    /** A rewriting step that leaves an element as it is by returning the element itself. */
    public interface Step<T> {
        T rewrite(T element);
    }

    /** Catalyst's form of a step: defined where the step changes something. */
    public static <T> AbstractPartialFunction<T, T> partial(Step<T> step) {
        return new AbstractPartialFunction<>() {
            @Override
            public boolean isDefinedAt(T element) {
                return step.rewrite(element) != element;
            }

            @Override
            @SuppressWarnings("unchecked") // A1 is a T and B1 takes a T, as PartialFunction's own signature says
            public <A extends T, B> B applyOrElse(A element, scala.Function1<A, B> otherwise) {
                T rewritten = step.rewrite(element);
                return rewritten == element ? otherwise.apply(element) : (B) rewritten;
            }
        };
    }
}
