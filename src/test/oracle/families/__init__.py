# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""One module for each family: FIXTURES lists what it writes."""
