/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.base.Redaction;
import java.io.IOException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.AclStatus;
import org.apache.hadoop.fs.permission.AclUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may do what in a folder: a folder that takes the place of another admits nobody that the other one did not.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FolderAccess {
    private static final Logger LOG = LoggerFactory.getLogger(FolderAccess.class);

    private FolderAccess() {}

    /** Gives a folder the permissions of another, its group and its access list, where the file system has them. */
    public static void copy(FileSystem files, Path from, Path to) throws IOException {
        FileStatus old = files.getFileStatus(from);
        FileStatus added = files.getFileStatus(to);
        if (!old.getGroup().equals(added.getGroup())) {
            giveGroup(files, to, old.getGroup());
        }
        if (!old.getPermission().equals(added.getPermission())) {
            files.setPermission(to, old.getPermission());
        }
        if (old.hasAcl()) {
            AclStatus list = files.getAclStatus(from);
            files.setAcl(to, AclUtil.getAclFromPermAndEntries(old.getPermission(), list.getEntries()));
        }
    }

    /** Only members may give a group, and an output that is complete should not fail for it. */
    private static void giveGroup(FileSystem files, Path folder, String group) {
        try {
            files.setOwner(folder, null, group);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn(
                    "The output cannot be given to group {}: {}",
                    group,
                    Redaction.text(String.valueOf(e.getMessage())));
        }
    }
}
