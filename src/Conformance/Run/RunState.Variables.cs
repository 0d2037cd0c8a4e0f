// The values of ${…}: the user's, then the script's variables, then values that the engine makes.

using System.Text;

namespace FhirHub.Conformance;

internal sealed partial class RunState
{
    private const int MaxResolvedCharacters = 16 * 1024 * 1024;

    // Variables whose values are texts with variables: a chain of them is followed on the stack, and each link may double what there is to do.
    private const int MaxVariableDepth = 32;
    private const int MaxValues = 100_000;

    private readonly DynamicValues _dynamic;

    // Names that are being worked out, so that one that needs itself is found.
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);
    private int _values;

    /// <summary>The time of the step at hand: what scripts have worked out ends with it.</summary>
    public CancellationToken Cancel { get; set; }

    /// <summary>Asks servers for what values need of them, before the first is put in.</summary>
    public Task DiscoverAsync(CancellationToken cancellationToken) => _dynamic.DiscoverAsync(cancellationToken);

    /// <summary>Puts values in for each <c>${name}</c> of a text.</summary>
    /// <exception cref="StepException">A name is unknown, or its variable has no value now.</exception>
    public string Resolve(string text) => Resolve(text, static value => value);

    private string Resolve(string text, Func<string, string> escape)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length + 64);
        var at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is var start and >= 0)
        {
            var end = text.IndexOf('}', start);
            if (end < 0)
                break;
            result.Append(text, at, start - at).Append(escape(ValueOf(text[(start + 2)..end])));
            if (result.Length > MaxResolvedCharacters)
                throw new StepException($"A text with its variables put in is longer than {MaxResolvedCharacters} characters.");
            at = end + 1;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private string ValueOf(string name)
    {
        Cancel.ThrowIfCancellationRequested();
        _values = _underWay.Count == 0 ? 0 : _values + 1;
        if (_values > MaxValues)
            throw new StepException($"The variables of a variable's value are more than {MaxValues} together; make them depend on each other less.");
        if (Variables.TryGetValue(name, out var given))
            return given;
        if (Script.Variables.FirstOrDefault(variable => variable.Name == name) is { } variable)
            return ValueOf(variable);
        if (name.StartsWith('$'))
            return _dynamic.Find(name[1..]) ?? throw new StepException($"The engine makes no value ${{{name}}}; docs/testscript.md lists those that it makes.");
        throw new StepException($"The variable '{name}' is unknown: the script does not define it, and the run was not given it.");
    }

    private string ValueOf(ScriptVariable variable)
    {
        if (!_underWay.Add(variable.Name))
            throw new StepException($"The variable '{variable.Name}' needs itself.");
        if (_underWay.Count > MaxVariableDepth)
        {
            _underWay.Remove(variable.Name);
            throw new StepException($"The variable '{variable.Name}' stands at the end of more than {MaxVariableDepth} variables that need each other; put its value into one of them.");
        }

        try
        {
            return Evaluate(variable) ?? (variable.DefaultValue is { } value ? Resolve(value) : throw new StepException(NoValue(variable)));
        }
        finally
        {
            _underWay.Remove(variable.Name);
        }
    }

    private string? Evaluate(ScriptVariable variable)
    {
        if (variable.HeaderField is { } header)
            return EvaluateHeader(variable, Resolve(header));
        if (variable.Expression is null && variable.Path is null)
            return null;
        var body = variable.SourceId is { } source ? FindBody(source) : Last?.Response?.Body;
        if (body is null)
            return null;
        var values = variable.Expression is { } expression
            ? ExpressionQuery.Evaluate(Resolve(expression), body)
            : PathQuery.Evaluate(Resolve(variable.Path!), body);

        // R4 testscript-definitions.html#TestScript.variable: a list of nodes is an error.
        if (values.Count > 1)
        {
            throw new StepException(
                $"The variable '{variable.Name}' has {values.Count} values ({variable.Expression ?? variable.Path}), and a variable has one; take one of them, as by first().");
        }

        return values.Count == 1 ? values[0] : null;
    }

    private string? EvaluateHeader(ScriptVariable variable, string header)
    {
        var exchange = variable.SourceId is { } source ? FindExchange(source) : Last;
        if (variable.SourceId is { } id && IsRequest(id))
            return exchange?.RequestHeaders.FirstOrDefault(field => field.Key.Equals(header, StringComparison.OrdinalIgnoreCase)).Value;
        return exchange?.Response?.Header(header);
    }

    private static string NoValue(ScriptVariable variable)
    {
        var source = variable.SourceId is { } id ? $"'{id}'" : "the last response";
        var what = (variable.HeaderField, variable.Expression, variable.Path) switch
        {
            ({ } header, _, _) => $"{source} has no header {header}",
            (_, { } expression, _) => $"{expression} gives nothing for {source}",
            (_, _, { } path) => $"{path} gives nothing for {source}",
            _ => variable.Hint is { } hint ? $"give it one when you start the run ({hint})" : "give it one when you start the run",
        };
        return $"The variable '{variable.Name}' has no value: {what}.";
    }
}
