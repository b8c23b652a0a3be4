/**
 * The rules on purposes over random uses: a use that meets everything is changed in the one point that a rule is about.
 */
import { describe } from "@tacet/vitest"
import fc from "fast-check"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import { type Law, proves } from "../laws.testing.ts"
import type { Role } from "../text/parameters/processing.ts"
import type { Use } from "./Purpose.ts"
import * as Purpose from "./Purpose.ts"

type Point = Purpose.Purpose
type UseLaw = Law<Use>

const some = (purposes: ReadonlyArray<Point>): fc.Arbitrary<Point> => fc.constantFrom(...purposes)
const any = some(Purpose.purposes)
const duties: ReadonlyArray<Point> = ["legalCompliance", "rightsFulfilment", "identityVerification"]
const campaigns: ReadonlyArray<Point> = ["directMarketing", "personalisedAdvertising", "retargeting", "sale"]

/** The role in which the operator works for a Customer. */
const working = ({ parameters }: EffectivePolicy): Role =>
  parameters.roleModel === "publisher" ? "publisher" : "processor"

/** The purposes that a version lists for a role and that have no rule of their own. */
const listed = ({ parameters }: EffectivePolicy, role: Role): ReadonlyArray<Point> =>
  parameters.purposes[role].filter((purpose) => !duties.includes(purpose) && !campaigns.includes(purpose))

/** A use that nothing speaks against, whatever its purpose, but for the lists of the version. */
const supported = (role: Role, purpose: Point): Use => ({
  role,
  purpose,
  instructed: Purpose.purposes,
  consented: [purpose],
  legalReference: "law 1",
})

/** A listed use as controller, with the basis that the version names or, where it names none, that of the record. */
const ofController = (policy: EffectivePolicy, purpose: Point): Use => {
  const named = policy.parameters.legalBases.find((one) => one.purpose === purpose)?.basis
  return {
    role: "controller",
    purpose,
    consented: [purpose],
    ...(named === undefined ? { basis: "contract" as const } : {}),
  }
}

const refusal: UseLaw["refusal"] = (use, policy) => {
  const answer = Purpose.check(policy, use)
  return answer._tag === "allow" ? undefined : answer.rule
}
/** A law about uses. */
const law = (claim: string, values: UseLaw["values"], forbids: UseLaw["forbids"]): UseLaw => ({
  claim,
  values,
  forbids,
  refusal,
})
const consented = ({ consented: given, purpose }: Use): boolean =>
  purpose !== undefined && given?.includes(purpose) === true

/** Uses of a kind of data: listed purposes and any other that the role knows. */
const ofKind =
  (kind: NonNullable<Use["kind"]>): UseLaw["values"] =>
  (policy) => {
    const roles = ([working(policy), "controller"] as const).filter(
      (role) => listed(policy, role).length > 0 && (role !== "controller" || policy.parameters.ownUse !== "none"),
    )
    return fc
      .constantFrom(...roles)
      .chain((role) => some(listed(policy, role)).map((purpose) => ({ role, purpose })))
      .map(({ purpose, role }) => ({
        ...supported(role, purpose),
        ...(role === "controller" ? ofController(policy, purpose) : {}),
        kind,
      }))
  }
const limitedTo =
  (kind: NonNullable<Use["kind"]>): UseLaw["forbids"] =>
  ({ purpose }, { parameters }) =>
    purpose !== undefined && parameters.dataPurposes[kind]?.includes(purpose) === false

describe("Bans on a purpose", () => {
  // Planted and found: a sale that is consented to.
  proves(
    "NOT-SOLD",
    law(
      "sale is refused in every role, whoever consents, and a listed purpose is not",
      (policy) =>
        fc
          .boolean()
          .chain((sells) => (sells ? fc.constant<Point>("sale") : some(listed(policy, working(policy)))))
          .map((purpose) => supported(working(policy), purpose)),
      ({ purpose }) => purpose === "sale",
    ),
  )
  // Planted and found: a consent that opens what the version bans.
  proves(
    "NO-ADS",
    law(
      "advertising never goes without consent, nor where the version has none",
      (policy) =>
        fc
          .tuple(
            fc.constantFrom<Array<Point>>("personalisedAdvertising", listed(policy, working(policy))[0]!),
            fc.boolean(),
          )
          .map(([purpose, consents]) => ({
            ...supported(working(policy), purpose),
            consented: consents ? [purpose] : [],
          })),
      (use, { parameters }) =>
        use.purpose === "personalisedAdvertising" && (parameters.advertising === "none" || !consented(use)),
    ),
  )
  // Planted and found: retargeting that is consented to.
  proves(
    "NO-RETARGET",
    law(
      "retargeting is refused, whoever consents",
      (policy) =>
        fc
          .constantFrom<Array<Point>>("retargeting", ...listed(policy, working(policy)))
          .map((purpose) => supported(working(policy), purpose)),
      ({ purpose }) => purpose === "retargeting",
    ),
  )
  // Planted and found: any consent taken for that to marketing.
  proves(
    "MARKETING",
    law(
      "a marketing message takes the consent that the version asks for",
      (policy) =>
        fc.boolean().map((consents) => ({
          ...supported(working(policy), "directMarketing"),
          consented: consents ? (["directMarketing"] as const) : [],
        })),
      (use) => !consented(use),
    ),
  )
  // Planted and found: an earlier consent that beats the opting out.
  proves(
    "OPTOUT",
    law(
      "whoever opted out of marketing gets none, whatever was consented to before",
      (policy) =>
        fc.subarray<Point>(["directMarketing", ...listed(policy, working(policy))]).map((objected) => ({
          ...supported(working(policy), "directMarketing"),
          objected,
        })),
      ({ objected }) => objected?.includes("directMarketing") === true,
    ),
  )
})

describe("Roles", () => {
  // Planted and found: a publisher let through.
  proves(
    "ROLE",
    law(
      "every use is that of a controller or of a processor",
      (policy) =>
        fc.constantFrom<Array<Role>>("controller", "processor", "publisher").chain((role) =>
          some(listed(policy, role === "publisher" ? "processor" : role)).map((purpose) => ({
            ...supported(role, purpose),
            ...(role === "controller" ? ofController(policy, purpose) : {}),
          })),
        ),
      ({ role }) => role === "publisher",
    ),
  )
  // Planted and found: the roles taken for each other.
  proves(
    "NO-OWN-USE",
    law(
      "the operator uses nothing for itself",
      (policy) =>
        fc
          .tuple(fc.constantFrom<Array<Role>>("controller", "publisher"), some(listed(policy, "publisher")))
          .map(([role, purpose]) => supported(role, purpose)),
      ({ role }) => role === "controller",
    ),
  )
})

describe("The purposes of a role", () => {
  // Planted and found: a purpose that is listed for another role.
  proves(
    "PURPOSES",
    law(
      "a purpose outside of the list of the role is refused, none at all is undeclared",
      (policy) =>
        fc
          .option(
            any.filter((purpose) => !duties.includes(purpose) && !campaigns.includes(purpose)),
            { nil: undefined },
          )
          .map((purpose) => ({
            role: working(policy),
            purpose,
            instructed: Purpose.purposes,
          })),
      ({ purpose, role }, { parameters }) => purpose === undefined || !parameters.purposes[role].includes(purpose),
    ),
  )
  // Planted and found: any instruction taken for that of the purpose.
  proves(
    "CUST-PURPOSE",
    law(
      "a processor serves the purposes that the Customer instructs, and no other",
      (policy) =>
        some(listed(policy, "processor"))
          .chain((purpose) =>
            fc.tuple(
              fc.constant(purpose),
              fc.option(fc.subarray([...listed(policy, "processor")]), { nil: undefined }),
            ),
          )
          .map(([purpose, instructed]) => ({
            role: "processor" as const,
            purpose,
            consented: [purpose],
            ...(instructed === undefined ? {} : { instructed }),
          })),
      ({ instructed, purpose }) => purpose !== undefined && instructed?.includes(purpose) !== true,
    ),
  )
  // Planted and found: an empty text taken for a compatibility.
  proves("COMPATIBLE", {
    claim: "another purpose takes a recorded compatibility, a consent or a law, where the version is open to it",
    values: (policy) =>
      fc
        .record({
          purpose: any.filter(
            (purpose) =>
              !duties.includes(purpose) &&
              !campaigns.includes(purpose) &&
              !policy.parameters.purposes.controller.includes(purpose),
          ),
          compatibility: fc.constantFrom("", " ", "same service, same persons"),
          consents: fc.boolean(),
          lawful: fc.boolean(),
        })
        .map(({ compatibility, consents, lawful, purpose }): Use => ({
          role: "controller",
          purpose,
          basis: "legitimateInterests",
          compatibility,
          consented: consents ? [purpose] : [],
          ...(lawful ? { legalReference: "law 7" } : {}),
        })),
    forbids: (use, { parameters }) => {
      if (parameters.furtherPurposes === "none") return true
      const compatible = parameters.furtherPurposes === "compatible" && use.compatibility?.trim() !== ""
      return !consented(use) && use.legalReference === undefined && !compatible
    },
    // A purpose outside of the list is not compatible.
    refusal: (use, policy) => (refusal(use, policy) === "PURPOSES" ? "COMPATIBLE" : refusal(use, policy)),
  })
  // Planted and found: a consent taken for a declared purpose.
  proves(
    "MINIMISE",
    law(
      "a datum serves only once purposes were declared for it",
      (policy) =>
        fc.tuple(some(listed(policy, working(policy))), fc.boolean()).map(([purpose, declares]) => ({
          ...supported(working(policy), purpose),
          datum: { category: policy.parameters.categories[working(policy)][0]!, declared: declares ? [purpose] : [] },
        })),
      ({ datum }) => datum?.declared.length === 0,
    ),
  )
  // Planted and found: the categories of another role.
  proves("CTRL-MIN", {
    claim: "as controller only the listed categories are used, and those are",
    values: (policy) =>
      fc
        .tuple(some(listed(policy, "controller")), fc.constantFrom(...PersonalDataCategory.literals))
        .map(([purpose, category]): Use => ({
          ...ofController(policy, purpose),
          datum: { category, declared: [purpose] },
        })),
    forbids: ({ datum }, { parameters }) =>
      datum !== undefined && !parameters.categories.controller.includes(datum.category),
    refusal: (use, policy) => (refusal(use, policy) === "CATEGORIES" ? "CTRL-MIN" : refusal(use, policy)),
  })
  // Planted and found: any declared purpose taken for the one of the use.
  proves("IP-SECURITY", {
    claim: "an address serves against abuse, and no purpose that was not declared for it",
    values: (policy) =>
      some(["misusePrevention", "visitorKnowledge", ...listed(policy, "controller")]).map((purpose): Use => ({
        ...ofController(policy, purpose),
        consented: [],
        datum: { category: "ipAddress", declared: ["misusePrevention"] },
      })),
    forbids: ({ purpose }) => purpose !== "misusePrevention",
    refusal: (use, policy) => (refusal(use, policy) === "PURPOSES" ? "IP-SECURITY" : refusal(use, policy)),
  })
})

describe("Legal bases of a controller", () => {
  const bases = fc.option(fc.constantFrom(...Purpose.legalBases), { nil: undefined })
  const uses: UseLaw["values"] = (policy) =>
    fc.tuple(some(listed(policy, "controller")), bases, fc.boolean()).map(([purpose, basis, consents]) => ({
      role: "controller" as const,
      purpose,
      consented: consents ? [purpose] : [],
      ...(basis === undefined ? {} : { basis }),
    }))
  /** The basis on which a use rests: the one that the version names, else that of the record; none where they differ. */
  const basisOf = ({ basis, purpose }: Use, { parameters }: EffectivePolicy) => {
    const named = parameters.legalBases.find((one) => one.purpose === purpose)?.basis
    return named !== undefined && basis !== undefined && named !== basis ? undefined : (named ?? basis)
  }
  const without: UseLaw["forbids"] = (use, policy) => {
    const basis = basisOf(use, policy)
    return basis === undefined || (basis === "consent" && !consented(use))
  }
  // Planted and found: a second basis let through.
  proves("BASIS", law("a use rests on its one legal basis, and on the consent where that is it", uses, without))
  // Planted and found: a duty that is undeclared even with its reference; one that needs none.
  proves(
    "BASIS",
    law(
      "what the law demands goes by its reference, and a request that is answered likewise",
      (policy) =>
        fc.tuple(some(duties), fc.constantFrom("", " ", "law 1")).map(([purpose, legalReference]) => ({
          role: working(policy),
          purpose,
          legalReference,
        })),
      ({ legalReference }) => legalReference?.trim() === "",
    ),
  )
  // Planted and found: a consent asked for where a contract is the basis.
  proves("FAIR", {
    claim: "nothing passes for a controller without a lawful ground, and everything listed does with one",
    values: uses,
    forbids: without,
    refusal: (use, policy) => (Purpose.check(policy, use)._tag === "allow" ? undefined : "FAIR"),
  })
})

describe("Kinds of data with purposes of their own", () => {
  // Planted and found: a list of one purpose taken for none.
  proves(
    "SOLE-PURPOSE",
    law(
      "call data serve the requested service alone",
      ofKind("callData"),
      ({ purpose }) => purpose !== "requestedService",
    ),
  )
  // Planted and found: a list of one purpose taken for none.
  proves(
    "3P-SERVICE",
    law(
      "data about a third party's service serve what was requested alone",
      ofKind("thirdPartyServiceData"),
      ({ purpose }) => purpose !== "requestedService",
    ),
  )
  // Planted and found: a list of several purposes taken for none.
  proves(
    "TECH-PURPOSE",
    law("technical data serve what the version lists for them", ofKind("technicalData"), limitedTo("technicalData")),
  )
  // Planted and found: a refusal by the rule on technical data.
  proves(
    "ADID-USE",
    law(
      "an advertising identifier serves analysis alone",
      ofKind("advertisingIdentifier"),
      limitedTo("advertisingIdentifier"),
    ),
  )
  // Planted and found: a list of one purpose taken for none.
  proves(
    "TRAINING",
    law(
      "a voice recording serves training alone",
      ofKind("voiceRecording"),
      ({ purpose }) => purpose !== "staffTraining",
    ),
  )
})

describe("Anonymous records", () => {
  const improvements: ReadonlyArray<Point> = ["serviceUsageAnalytics", "serviceOptimisation", "visitorKnowledge"]
  const plain = Purpose.purposes.filter((purpose) => !duties.includes(purpose) && !campaigns.includes(purpose))
  const uses =
    (purposes: ReadonlyArray<Point>): UseLaw["values"] =>
    (policy) =>
      fc
        .tuple(some(purposes), fc.constantFrom("personal" as const, "nonPersonal" as const))
        .map(([purpose, label]) => ({
          role: working(policy),
          purpose,
          label,
        }))
  /** Without instruction, consent or duty a personal record serves the listed purposes alone, and none as processor. */
  const isPersonalAndUnsupported: UseLaw["forbids"] = ({ label, purpose, role }, { parameters }) =>
    label === "personal" &&
    purpose !== undefined &&
    ((role === "processor" && parameters.processorPurposes === "instructedByCustomer") ||
      !parameters.purposes[role].includes(purpose))
  const refusedAs =
    (key: string): UseLaw["refusal"] =>
    (use, policy) =>
      refusal(use, policy) === undefined ? undefined : key
  // Planted and found: every purpose but the improvement of services.
  proves("STAT-IMPROVE", {
    claim: "they may be used to improve the services, a personal record not without more",
    values: uses(improvements),
    forbids: isPersonalAndUnsupported,
    refusal: refusedAs("STAT-IMPROVE"),
  })
  // Planted and found: the improvement of services alone let through.
  proves("NONIDENT-FREE", {
    claim: "they pass every check of purpose, the same use of a personal record does not",
    values: uses(plain),
    forbids: isPersonalAndUnsupported,
    refusal: refusedAs("NONIDENT-FREE"),
  })
})
