// The code that a terminology operation is asked about: as parameters of its own, as a Coding or as a CodeableConcept.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>The names under which an operation takes a code.</summary>
internal sealed record CodedNames(string Code, string? System, string? Version, string? Display, string Coding, string? CodeableConcept);

/// <summary>Reads codes.</summary>
internal static class CodedInput
{
    // More codings than anybody sends, few enough that each may cost a look-up.
    private const int MaxCodings = 100;

    /// <summary>The codes, and the form in which they came; null if there are none of those names.</summary>
    /// <exception cref="RefusedException">They came in two forms at once, or have no code.</exception>
    public static (CodedForm Form, IReadOnlyList<CodedValue> Codings)? Find(FhirCall call, OperationInput input, CodedNames names)
    {
        var given = new[] { names.Code, names.Coding, names.CodeableConcept }.OfType<string>().Where(input.Has).ToList();
        if (given.Count > 1)
            throw new RefusedException(400, "invalid", $"{call.Route.Name} takes one of {string.Join(", ", given)}, not several.");
        if (given.Count == 0)
            return null;
        if (given[0] == names.Code)
            return (CodedForm.Code, [new CodedValue(Text(names.System), Text(names.Version), input.Text(names.Code), Text(names.Display))]);
        if (given[0] == names.Coding)
            return (CodedForm.Coding, [Coding(input.Values(names.Coding)[0])]);
        var codings = input.Values(names.CodeableConcept!)[0].Node.ChildrenOf("coding").ToList();
        if (codings.Count is 0 or > MaxCodings)
            throw new RefusedException(400, "invalid", $"The parameter {names.CodeableConcept} has {codings.Count} codings; {call.Route.Name} takes 1 to {MaxCodings}.");
        return (CodedForm.CodeableConcept, [.. codings.Select(Coding)]);

        string? Text(string? name) => name is null ? null : input.Text(name);
    }

    /// <summary>The codes, and the form in which they came.</summary>
    /// <exception cref="RefusedException">There are none, or they came in two forms at once.</exception>
    public static (CodedForm Form, IReadOnlyList<CodedValue> Codings) Read(FhirCall call, OperationInput input, CodedNames names) =>
        Find(call, input, names) ?? throw new RefusedException(
            400, "required",
            $"{call.Route.Name} needs a code: {names.Code}{(names.System is null ? "" : $" with {names.System}")}{(names.CodeableConcept is null ? "" : $", {names.Coding}")} or {names.CodeableConcept ?? names.Coding}.");

    /// <summary>A Coding of the body, or a token (<c>system|code</c>) of the query string.</summary>
    public static CodedValue Coding(OperationValue value)
    {
        if (value.Node.Exists)
            return Coding(value.Node);
        var bar = value.Text!.IndexOf('|', StringComparison.Ordinal);
        return bar < 0 ? new CodedValue(null, null, value.Text, null) : new CodedValue(OrNull(value.Text[..bar]), null, OrNull(value.Text[(bar + 1)..]), null);
    }

    private static CodedValue Coding(ElementNode coding) =>
        new(coding.ChildValue("system"), coding.ChildValue("version"), coding.ChildValue("code"), coding.ChildValue("display"));

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
