/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;

/** Words what goes wrong on the way to a hub. */
final class HubProblem {
    private HubProblem() {}

    /** An environment variable with a value that cannot be used. */
    static EmbarkException variable(String variable, String problem, String reason, String remedy) {
        return ModelProblem.problem(
                ErrorCode.OPTION_INVALID,
                "environment variable %s: %s".formatted(variable, problem),
                reason,
                remedy,
                null);
    }

    /** What ended an attempt, in words. */
    static String detail(Exception thrown) {
        if (thrown.getClass() == IOException.class && thrown.getMessage() != null) {
            return thrown.getMessage();
        }
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "the name of the host is not known";
            }
        }
        return thrown instanceof ConnectException && thrown.getMessage() == null
                ? "the connection was refused"
                : String.valueOf(thrown);
    }
}
