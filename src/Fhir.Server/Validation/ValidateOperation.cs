// $validate: what is wrong with a resource, and whether an interaction with it would be refused.

using FhirHub.Model;
using FhirHub.Validation;

namespace FhirHub.Server;

/// <summary>
/// <c>$validate</c> (R4 resource-operation-validate.html). The resource is the body, or the parameter <c>resource</c> of Parameters, or,
/// without a body, the one of the address. The answer is 200 with an OperationOutcome for valid and invalid resources alike; another
/// status says that there was nothing that could be validated.
/// </summary>
public static class ValidateOperation
{
    private const string R4Definition = "http://hl7.org/fhir/OperationDefinition/Resource-validate";

    private static readonly string[] Modes = ["create", "update", "delete", "profile"];

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } =
        Operation.OfR4("Resource-validate", "validate", OperationLevels.System | OperationLevels.Type | OperationLevels.Instance, [], AnswerAsync) with
        {
            // R4 takes one profile; a resource may have to meet several, and clients ask so.
            Parameters = [.. OperationParameter.OfDefinition(R4Definitions.Find("OperationDefinition", R4Definition))
                .Select(static parameter => parameter.Name == "profile" ? parameter with { Repeats = true } : parameter)],
            JudgesBody = true,
        };

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var body = ValidatedBody.Read(call);
        var input = OperationInput.Read(call with { Body = body.Parameters }, Operation.Parameters);
        var mode = input.Text("mode");
        if (mode is not null && !Modes.Contains(mode))
            throw new RefusedException(400, "value", $"The mode is {string.Join(", ", Modes)} or left out, not '{(mode.Length <= 64 ? mode : mode[..64])}'.");
        if (mode is "update" or "delete" && call.Route.Id is null)
            throw new RefusedException(400, "invalid", $"The mode {mode} is about a resource that is here: call {call.Route.Type ?? "[type]"}/[id]/$validate.");
        var profiles = input.Values("profile").Select(static value => value.Text!).Distinct(StringComparer.Ordinal).ToList();
        if (mode == "profile" && profiles.Count == 0)
            throw new RefusedException(400, "required", "The mode profile needs the parameter profile, the canonical URL of the profile to validate against.");
        if (mode == "delete")
            return Answer(call, await ValidationModes.CheckDeleteAsync(call, cancel));

        var issues = new List<Issue>(body.Issues);
        if (body.IsMissing)
            body = await StoredAsync(call, mode, cancel);
        if (body.Tree is { } tree)
        {
            if (call.Route.Type is { } type && tree.ResourceType != type)
                throw new RefusedException(400, "invalid", RepositoryMessages.WrongType, tree.ResourceType, type);
            await ValidateAsync(call, body, profiles, issues, cancel);
            if (mode is not null and not "profile")
                issues.AddRange(await ValidationModes.CheckWriteAsync(call, tree, body.Source, mode, issues, cancel));
            if (!WriteRules.Forbids(issues))
                issues.Insert(0, Issue.Of(IssueSeverity.Information, "informational", ValidationMessages.Valid, string.Join(", ", NamesOf(tree, profiles))));
        }

        return Answer(call, issues);
    }

    private static async ValueTask ValidateAsync(FhirCall call, ValidatedBody body, List<string> profiles, List<Issue> issues, CancellationToken cancel)
    {
        var validation = call.Server.Validation;
        if (await validation.FindUnknownAsync(profiles, cancel) is { Count: > 0 } unknown)
        {
            throw new RefusedException(
                404, [.. unknown.Select(static profile => Issue.Of(IssueSeverity.Error, "not-found", ValidationMessages.ProfileUnknown, profile))]);
        }

        var request = new ValidationRequest
        {
            Profiles = profiles,
            ReportsMustSupport = profiles.Count > 0,
            Resolve = validation.ReaderFor(call.Scope),
        };
        var found = await validation.ValidateAsync(body.Tree!.Root, body.Source, request, cancel);

        // The parser has seen some of it first, in its own words.
        var told = issues.Select(static issue => issue.Expression).ToHashSet(StringComparer.Ordinal);
        issues.AddRange(found.Where(issue => !told.Contains(issue.Expression)).Select(issue => body.IsStored ? issue with { Line = 0, Column = 0 } : issue));
    }

    private static async ValueTask<ValidatedBody> StoredAsync(FhirCall call, string? mode, CancellationToken cancel)
    {
        if (call.Route.Id is null || mode is "create" or "update")
        {
            throw new RefusedException(
                400, "required", "There is no resource to validate; send it as the body, or as the parameter resource of Parameters.");
        }

        var read = await call.Server.Repository.ReadAsync(call.Scope, call.Key, cancel);
        return read.IsSuccess
            ? ValidatedBody.OfStored(call.Server.Repository.Preparer.Read(read.Version!))
            : throw new RefusedException(read.Status, read.Issues);
    }

    private static IEnumerable<string> NamesOf(ResourceTree tree, List<string> profiles) =>
        new[] { $"http://hl7.org/fhir/StructureDefinition/{tree.ResourceType}" }
            .Concat(tree.Root.Child("meta").ChildrenOf("profile").ToList().Select(static profile => profile.GetString()).OfType<string>())
            .Concat(profiles)
            .Distinct(StringComparer.Ordinal);

    private static FhirAnswer Answer(FhirCall call, List<Issue> issues) => new(200)
    {
        Json = OutcomeWriter.ToJson(issues, null, call.Language),
        Language = OutcomeLanguage.TagOf(issues, call.Language),
        Shape = ResourceShape.Parse(call.Parameters, forSearch: false) with { Summary = default, Elements = null },
    };
}
