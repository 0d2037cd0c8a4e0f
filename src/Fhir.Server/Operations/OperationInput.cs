// What an operation was called with: the query string and the Parameters of the body as one, checked against its definition.

using System.Globalization;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>A value of a parameter.</summary>
/// <param name="Text">The value of a primitive; null for any other type.</param>
/// <param name="Node">
/// The value in the body, or its resource, or the parameter itself where it has parts; "no such element" for one of the query string.
/// </param>
public readonly record struct OperationValue(string? Text, ElementNode Node)
{
    /// <summary>The parts of that name.</summary>
    public IEnumerable<OperationValue> Parts(string name)
    {
        foreach (var part in Node.ChildrenOf("part"))
        {
            if (part.ChildValue("name") == name)
                yield return Of(part);
        }
    }

    /// <summary>The value of an element <c>Parameters.parameter</c>.</summary>
    internal static OperationValue Of(ElementNode parameter)
    {
        var value = parameter.Child("value");
        if (value.Exists)
            return new OperationValue(value.GetString(), value);
        return parameter.Child("resource") is { Exists: true } resource ? new OperationValue(null, resource) : new OperationValue(null, parameter);
    }
}

/// <summary>
/// The input of an operation (R4 operations.html#executing). Primitives may stand in the query string or in the body; anything
/// else only in the body.
/// </summary>
public sealed class OperationInput
{
    private const int MaxValues = 1000;
    private const int MaxTextLength = 64 * 1024;

    private readonly Dictionary<string, List<OperationValue>> _values = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, string>> _others = [];
    private readonly List<KeyValuePair<string, string>> _query = [];

    private OperationInput()
    {
    }

    /// <summary>Parameters that the definition does not name, where the operation takes such.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Others => _others;

    /// <summary>The primitives that were given, as a query string that means the same.</summary>
    public string Query => FhirCall.Encode(_query);

    /// <summary>Reads and checks the input.</summary>
    /// <param name="call">The request.</param>
    /// <param name="parameters">The operation's parameters.</param>
    /// <param name="takesOthers">True if any other primitive is taken too, as <c>$lastn</c> takes those of a search.</param>
    /// <exception cref="RefusedException">400 with what is wrong and which parameters there are.</exception>
    public static OperationInput Read(FhirCall call, IReadOnlyList<OperationParameter> parameters, bool takesOthers = false)
    {
        ArgumentNullException.ThrowIfNull(call);
        var input = new OperationInput();
        foreach (var (name, value) in call.Parameters)
        {
            // These shape the answer, whatever the operation.
            if (name is "_format" or "_pretty")
                continue;
            if (name is "_summary" or "_elements" && !takesOthers)
                input._query.Add(new(name, value));
            else
                input.Add(call, parameters, takesOthers, name, new OperationValue(value, default));
        }

        if (call.Body is { } body)
            input.AddBody(call, parameters, takesOthers, body);
        foreach (var parameter in parameters)
        {
            if (parameter is { IsRequired: true, IsOutput: false } && !input.Has(parameter.Name))
                throw new RefusedException(400, "required", HttpMessages.ParameterNeeded, call.Route.Name!, parameter.Name, parameter.Type ?? "part");
        }

        return input;
    }

    /// <summary>True if the parameter was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The values of a parameter.</summary>
    public IReadOnlyList<OperationValue> Values(string name) => _values.GetValueOrDefault(name) ?? [];

    /// <summary>The value of a parameter that does not repeat, or null.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name) is [{ Text: { } text }, ..] ? text : null;

    /// <summary>The values of a parameter, those that commas join taken apart.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. Values(name).SelectMany(v => v.Text!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()];

    /// <summary>The value of an integer, or null.</summary>
    public int? Integer(string name) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>The value of a boolean; false if it was not given.</summary>
    public bool Boolean(string name) => Text(name) == "true";

    private void AddBody(FhirCall call, IReadOnlyList<OperationParameter> parameters, bool takesOthers, ResourceTree body)
    {
        if (body.ResourceType != "Parameters")
            throw new RefusedException(400, "invalid", HttpMessages.ParametersExpected, call.Route.Name!, body.ResourceType);
        foreach (var parameter in body.Root.ChildrenOf("parameter"))
            Add(call, parameters, takesOthers, parameter.ChildValue("name") ?? "", OperationValue.Of(parameter));
    }

    private void Add(FhirCall call, IReadOnlyList<OperationParameter> parameters, bool takesOthers, string name, OperationValue value)
    {
        var parameter = parameters.FirstOrDefault(p => !p.IsOutput && p.Name == name);
        if (parameter is null && !takesOthers)
        {
            if (call.Preferences.IsLenient)
                return;
            throw Unknown(call, parameters, name);
        }

        if (_others.Count + _values.Sum(v => v.Value.Count) >= MaxValues || value.Text?.Length > MaxTextLength)
            throw new RefusedException(400, "too-long", $"{call.Route.Name} takes up to {MaxValues} values of up to {MaxTextLength} characters.");
        if (parameter is null)
        {
            if (value.Text is null)
                throw Unknown(call, parameters, name);
            _others.Add(new(name, value.Text));
            _query.Add(_others[^1]);
            return;
        }

        value = Checked(parameter, value);
        if (!_values.TryGetValue(name, out var values))
            _values.Add(name, values = []);
        else if (!parameter.Repeats)
            throw new RefusedException(400, "invalid", HttpMessages.ParameterOnce, name);
        values.Add(value);
        if (value.Text is not null)
            _query.Add(new(name, value.Text));
    }

    // An expression within the URL of a value set (R4 snomedct.html#implicit) ought to be escaped twice in a query, and hardly ever is:
    // blanks are none of a URL, and bars, between which it has names, would be taken for a version's.
    private static OperationValue WithEscapes(OperationParameter parameter, OperationValue value) =>
        parameter.Type is "uri" or "canonical" && value.Text?.Contains("?fhir_vs=ecl/", StringComparison.Ordinal) == true
            ? value with { Text = string.Concat(value.Text.Select(static c => char.IsWhiteSpace(c) ? "%20" : c == '|' ? "%7C" : c.ToString())) }
            : value;

    // A primitive is taken by what it says, not by the type that its sender chose: valueString holds a code as well as valueCode does.
    private static OperationValue Checked(OperationParameter parameter, OperationValue value)
    {
        if (parameter.Parts.Count > 0)
        {
            CheckParts(parameter, value.Node);
            return value;
        }

        if (value.Node is { Exists: true, Name: "parameter" or "part" })
            throw new RefusedException(400, "required", $"The parameter {parameter.Name} has no value; it takes a {parameter.Type}.");
        var type = Schema.R4.FindType(parameter.Type ?? "");
        if (type is { IsPrimitive: true })
        {
            value = WithEscapes(parameter, value);
            // A plus sign that was not escaped has become a space.
            var isTime = type.Primitive is PrimitiveKind.Instant or PrimitiveKind.DateTime or PrimitiveKind.Date;
            var text = isTime ? value.Text?.Replace(' ', '+') : value.Text;
            var kind = isTime ? PrimitiveKind.DateTime : type.Primitive;
            return text is not null && PrimitiveFormat.IsValid(kind, Encoding.UTF8.GetBytes(text))
                ? value with { Text = text }
                : throw new RefusedException(400, "value", $"The parameter {parameter.Name} is {PrimitiveFormat.Expected(kind)}.");
        }

        // In the query string a token stands for a Coding, as it does in searches.
        if (value.Node.Exists ? type is null || value.Node.Type.Is(type) : parameter.Type == "Coding")
            return value;
        throw new RefusedException(400, "value", value.Node.Exists || value.Text is null
            ? $"The parameter {parameter.Name} has the type {parameter.Type}."
            : $"The parameter {parameter.Name} is a {parameter.Type}, which only Parameters in the body of a POST can hold.");
    }

    private static void CheckParts(OperationParameter parameter, ElementNode node)
    {
        var names = string.Join(", ", parameter.Parts.Select(p => p.Name));
        if (!node.Exists || node.Name is not ("parameter" or "part"))
            throw new RefusedException(400, "value", $"The parameter {parameter.Name} consists of parts ({names}), which only Parameters in the body of a POST can hold.");
        foreach (var part in node.ChildrenOf("part"))
        {
            var definition = parameter.Parts.FirstOrDefault(p => p.Name == part.ChildValue("name"))
                ?? throw new RefusedException(400, "not-supported", $"The parameter {parameter.Name} has no part '{part.ChildValue("name")}'; it has {names}.");
            _ = Checked(definition, OperationValue.Of(part));
        }

        if (parameter.Parts.FirstOrDefault(p => p.IsRequired && !new OperationValue(null, node).Parts(p.Name).Any()) is { } missing)
            throw new RefusedException(400, "required", $"The parameter {parameter.Name} needs the part {missing.Name} ({missing.Type}).");
    }

    private static RefusedException Unknown(FhirCall call, IReadOnlyList<OperationParameter> parameters, string name)
    {
        var known = string.Join(", ", parameters.Where(p => !p.IsOutput).Select(p => p.Name));
        var shown = name.Length <= 64 ? name : name[..64];
        return known.Length > 0
            ? new RefusedException(400, "not-supported", HttpMessages.UnknownParameter, call.Route.Name!, shown, known)
            : new RefusedException(400, "not-supported", HttpMessages.NoParameters, call.Route.Name!, shown);
    }
}
