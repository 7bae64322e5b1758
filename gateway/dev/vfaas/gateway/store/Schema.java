package dev.vfaas.gateway.store;

import java.util.List;

/**
 * The tables of one room and how they came to be. Migration n brings the room from version n to n + 1; what has been released is never edited,
 * only followed by another.
 *
 * @param room the owner's name, for example {@code secrets}; its tables begin with it
 * @param migrations SQL scripts, oldest first; each may hold several statements
 */
public record Schema(String room, List<String> migrations) {
    /** Copies the list. */
    public Schema {
        migrations = List.copyOf(migrations);
    }
}
