// The terminology operations with their parameters: those of R4, and those of R5 that clients of R4 servers send.

namespace FhirHub.Server;

/// <summary>The operations of CodeSystem, ValueSet and ConceptMap.</summary>
public static class TerminologyOperations
{
    private static readonly OperationParameter Resources =
        new("tx-resource", "Resource", "A CodeSystem, ValueSet, ConceptMap or NamingSystem that this request uses beside those of the server.") { Repeats = true };

    private static readonly OperationParameter Supplements =
        new("useSupplement", "canonical", "A supplement whose designations and properties are used.") { Repeats = true };

    private static readonly OperationParameter SystemVersion =
        new("system-version", "canonical", "The version (system|version) of a code system to use where none is named.") { Repeats = true };

    private static readonly OperationParameter CheckSystemVersion =
        new("check-system-version", "canonical", "The version of a code system that must come to be used; another is an error.") { Repeats = true };

    private static readonly OperationParameter ForceSystemVersion =
        new("force-system-version", "canonical", "The version of a code system to use whatever is named.") { Repeats = true };

    private static readonly OperationParameter[] ValueSetVersions =
    [
        new("default-valueset-version", "canonical", "The version of a value set to use where none is named.") { Repeats = true },
        new("valueset-version", "canonical", "The version of a value set to use where none is named.") { Repeats = true },
    ];

    private static readonly OperationParameter LenientDisplay =
        new("lenient-display-validation", "boolean", "True if a wrong display is a warning and no error.");

    private static readonly OperationParameter DisplayLanguage =
        new("displayLanguage", "string", "The languages of displays, as Accept-Language has them.");

    // HL7's validator sends these with each question; without them it could not ask.
    private static readonly OperationParameter[] OfValidators =
    [
        new("default-to-latest-version", "boolean", "The latest version is used where none is named, whatever this says."),
        new("diagnostics", "boolean", "Taken and not used: issues say all that there is to say."),
        new("mode", "code", "lenient-display-validation, for the parameter of that name."),
        new("implySystem", "boolean", "The former name of inferSystem."),
    ];

    private static readonly OperationParameter[] SystemVersions = [SystemVersion, CheckSystemVersion, ForceSystemVersion];

    /// <summary>Every terminology operation.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        OfR4("CodeSystem-lookup", "lookup", OperationLevels.Type, "CodeSystem", LookupOperation.AnswerAsync, [.. SystemVersions, Supplements, Resources]),
        OfR4(
            "CodeSystem-validate-code", "validate-code", OperationLevels.Type | OperationLevels.Instance, "CodeSystem", ValidateCodeOperation.OfCodeSystemAsync,
            [LenientDisplay, .. SystemVersions, Supplements, Resources, .. OfValidators]),
        OfR4(
            "CodeSystem-subsumes", "subsumes", OperationLevels.Type | OperationLevels.Instance, "CodeSystem", SubsumesOperation.AnswerAsync,
            [.. SystemVersions, Resources]),
        OfR4(
            "CodeSystem-find-matches", "find-matches", OperationLevels.Type | OperationLevels.Instance, "CodeSystem", FindMatchesOperation.AnswerAsync,
            [DisplayLanguage, .. SystemVersions, Supplements, Resources]),
        OfR4(
            "ValueSet-expand", "expand", OperationLevels.Type | OperationLevels.Instance, "ValueSet", ExpandOperation.AnswerAsync,
            [
                new("property", "string", "A property of the concepts that goes with them; * for all.") { Repeats = true },
                new("_limit", "integer", "Another name of count."),
                new("incomplete-ok", "boolean", "True if the first entries of a large expansion are better than none."),
                .. ValueSetVersions, Supplements, Resources, OfValidators[0],
            ]),
        OfR4(
            "ValueSet-validate-code", "validate-code", OperationLevels.Type | OperationLevels.Instance, "ValueSet", ValidateCodeOperation.OfValueSetAsync,
            [
                new("inferSystem", "boolean", "True if the value set says which system the code is of."),
                new("activeOnly", "boolean", "True if inactive codes are not valid."),
                new("valueset-membership-only", "boolean", "True if displays are not looked at."),
                LenientDisplay, .. SystemVersions, .. ValueSetVersions, Supplements, Resources, .. OfValidators,
            ]),
        OfR4(
            "ConceptMap-translate", "translate", OperationLevels.Type | OperationLevels.Instance, "ConceptMap", TranslateOperation.AnswerAsync,
            [.. TranslateOperation.R5Parameters, .. SystemVersions, Resources]),
        OfR4("ConceptMap-closure", "closure", OperationLevels.System, "", ClosureOperation.AnswerAsync, [.. SystemVersions, Resources], affectsState: true),
    ];

    private static Operation OfR4(
        string id,
        string name,
        OperationLevels levels,
        string type,
        Func<FhirCall, Operation, CancellationToken, ValueTask<FhirAnswer>> run,
        IReadOnlyList<OperationParameter> further,
        bool affectsState = false)
    {
        Operation? operation = null;
        operation = Operation.OfR4(id, name, levels, type.Length > 0 ? [type] : [], (call, cancel) => run(call, operation!, cancel), affectsState) with
        {
            FurtherParameters = further,
        };
        return operation;
    }
}
