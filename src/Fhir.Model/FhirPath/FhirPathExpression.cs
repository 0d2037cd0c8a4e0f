// A compiled expression and the cache of them.

using System.Collections.Concurrent;

namespace FhirHub.Model.FhirPath;

/// <summary>A FHIRPath expression (FHIRPath 2.0, normative N1) that can be evaluated any number of times, by any thread.</summary>
public sealed class FhirPathExpression
{
    private const int MaxCached = 4096;

    private static readonly ConcurrentDictionary<string, FhirPathExpression> Cache = new(StringComparer.Ordinal);

    private static readonly FhirPathContext DefaultContext = new();

    private readonly StaticType _result;

    private FhirPathExpression(string text, FhirPathSyntax syntax, StaticType result)
    {
        Text = text;
        Syntax = syntax;
        _result = result;
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    /// <summary>The syntax tree.</summary>
    public FhirPathSyntax Syntax { get; }

    /// <summary>
    /// The types of the elements that it can give, where the context type that it was compiled for tells; null if they may be any, or
    /// if it computes values that are no elements.
    /// </summary>
    public IReadOnlyList<TypeDefinition>? ElementTypes => _result.Elements;

    /// <summary>
    /// Compiles an expression. With a context type, names that its elements don't have and arguments that can't be of the
    /// type needed are errors (FHIRPath N1, "Type safety and strict evaluation").
    /// </summary>
    /// <param name="expression">The text.</param>
    /// <param name="contextType">The type that it will be evaluated on; null to find out only when it is evaluated.</param>
    /// <param name="checkOrder">True to refuse <c>first()</c> and the like on what has no order, such as <c>children()</c>.</param>
    /// <exception cref="FhirPathException">The expression is wrong.</exception>
    public static FhirPathExpression Compile(string expression, TypeDefinition? contextType = null, bool checkOrder = false)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var syntax = FhirPathParser.Parse(expression, Schema.R4);
        return new FhirPathExpression(
            expression, syntax, contextType is null ? StaticType.Unknown : FhirPathTypeChecker.Check(syntax, contextType, checkOrder));
    }

    /// <summary>The compiled expression, from a bounded cache.</summary>
    /// <exception cref="FhirPathException">The expression is wrong.</exception>
    public static FhirPathExpression Get(string expression)
    {
        if (Cache.TryGetValue(expression, out var cached))
            return cached;
        var compiled = Compile(expression);
        // Emptying it is cruder than dropping the oldest, but the texts in use come back at once and nothing is counted per use.
        if (Cache.Count >= MaxCached)
            Cache.Clear();
        Cache[expression] = compiled;
        return compiled;
    }

    /// <summary>Evaluates against an element, which is <c>$this</c> and <c>%context</c>; "no such element" is an empty collection.</summary>
    /// <exception cref="FhirPathException">The data does not allow what is asked, or a limit was hit.</exception>
    public IReadOnlyList<FhirPathValue> Evaluate(ElementNode node, FhirPathContext? context = null) =>
        new FhirPathEvaluator(context ?? DefaultContext, node).Evaluate(Syntax);

    /// <summary>
    /// Evaluates to a truth value, as invariants are: empty is false, a single item that is no boolean is true.
    /// </summary>
    /// <exception cref="FhirPathException">There are several items, or as for <see cref="Evaluate"/>.</exception>
    public bool EvaluateToBoolean(ElementNode node, FhirPathContext? context = null) =>
        new FhirPathEvaluator(context ?? DefaultContext, node).Truth(Syntax) == true;

    /// <summary>Evaluates to a truth value as <see cref="EvaluateToBoolean"/> does, but null for empty.</summary>
    /// <exception cref="FhirPathException">There are several items, or as for <see cref="Evaluate"/>.</exception>
    public bool? EvaluateToTruth(ElementNode node, FhirPathContext? context = null) =>
        new FhirPathEvaluator(context ?? DefaultContext, node).Truth(Syntax);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
