/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which steps of a run are tried with a process that is killed there: as many as {@code EMBARK_KILLS} says, three by default, of a
 * fixed seed. Each step is tried without a process of its own elsewhere.
 */
public final class KilledSteps {
    private static final int KILLS = Integer.parseInt(System.getenv().getOrDefault("EMBARK_KILLS", "3"));
    private static final long SEED = 38;

    private KilledSteps() {}

    /** Some of these, in their order. */
    public static <T> List<T> some(List<T> steps) {
        return some(steps, KILLS);
    }

    /** The greater half of them for a first run, the other for a refresh. */
    static <T> List<T> ofARefresh(List<T> steps, boolean isFirst) {
        return some(steps, isFirst ? (KILLS + 1) / 2 : KILLS / 2);
    }

    private static <T> List<T> some(List<T> steps, int kills) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            places.add(i);
        }
        Collections.shuffle(places, new Random(SEED));
        return places.stream().limit(kills).sorted().map(steps::get).toList();
    }
}
