/**
 * The one statement that removes rows of a vault in a batch of bounded size: values first, which leave their remnants,
 * then links, then locators. It returns how many rows it found and how many of them it removed; another process removed
 * the difference meanwhile.
 */

/** Removes what meets a condition. The parameters are Customer, limit, day, cause, and that of the condition. */
export const removal = (schema: string, condition: string, order: string): string => `
WITH values_found AS MATERIALIZED (
  SELECT reference FROM ${schema}.sealed_value WHERE customer_id = $1 AND ${condition} ORDER BY ${order}
  LIMIT $2::bigint
), links_found AS MATERIALIZED (
  SELECT interaction_id, subject_id FROM ${schema}.link WHERE customer_id = $1 AND ${condition} ORDER BY ${order}
  LIMIT $2::bigint - (SELECT count(*) FROM values_found)
), locators_found AS MATERIALIZED (
  SELECT token, subject_id, valid_from, valid_to FROM ${schema}.locator WHERE customer_id = $1 AND ${condition}
  ORDER BY ${order}
  LIMIT $2::bigint - (SELECT count(*) FROM values_found) - (SELECT count(*) FROM links_found)
), values_gone AS (
  DELETE FROM ${schema}.sealed_value v USING values_found f
  WHERE v.customer_id = $1 AND v.reference = f.reference RETURNING v.reference
), remains AS (
  INSERT INTO ${schema}.destroyed_value (customer_id, reference, destroyed_on, cause)
  SELECT $1::uuid, reference, $3::bigint, $4 FROM values_gone
  ON CONFLICT (customer_id, reference) DO NOTHING RETURNING 1
), links_gone AS (
  DELETE FROM ${schema}.link l USING links_found f
  WHERE l.customer_id = $1 AND l.interaction_id = f.interaction_id AND l.subject_id = f.subject_id RETURNING 1
), locators_gone AS (
  DELETE FROM ${schema}.locator l USING locators_found f
  WHERE l.customer_id = $1 AND l.token = f.token AND l.subject_id = f.subject_id
    AND l.valid_from = f.valid_from AND l.valid_to = f.valid_to RETURNING 1
)
SELECT (SELECT count(*) FROM values_found) + (SELECT count(*) FROM links_found) + (SELECT count(*) FROM locators_found),
  (SELECT count(*) FROM values_gone) + (SELECT count(*) FROM links_gone) + (SELECT count(*) FROM locators_gone)`
