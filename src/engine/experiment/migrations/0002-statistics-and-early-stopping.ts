/**
 * A BatchNorm's moving statistics have a state of their own, and a run may end before its last epoch. Until now statistics
 * always went with the layer: they followed the batches where it trained.
 */
export const STATISTICS_AND_EARLY_STOPPING = `
ALTER TABLE layer_state ADD COLUMN statistics TEXT CHECK (statistics IN ('moving', 'kept'));
UPDATE layer_state SET statistics = iif(state = 'trainable', 'moving', 'kept')
WHERE layer IN (SELECT number FROM layer WHERE kind = 'batchNorm');

ALTER TABLE run ADD COLUMN stopped_early INTEGER NOT NULL DEFAULT 0 CHECK (stopped_early IN (0, 1));
`;
