// What an assert found or expects: a text, with its FHIRPath value where it has one.

using System.Globalization;
using FhirHub.Model.FhirPath;

namespace FhirHub.Conformance;

/// <summary>A value that asserts compare.</summary>
/// <param name="Text">The value as text.</param>
/// <param name="Typed">The value as FHIRPath gave it; <c>default</c> for one of a header or a path, which is text alone.</param>
internal readonly record struct JudgedValue(string Text, FhirPathValue Typed)
{
    /// <summary>A value that is text alone.</summary>
    public static JudgedValue Of(string text) => new(text, default);

    /// <summary>A value of FHIRPath.</summary>
    public static JudgedValue Of(FhirPathValue value) => new(ExpressionQuery.TextOf(value), value.ToSystem());

    /// <summary>True if this is what a script expects: a number, date, time or quantity in whatever form, any other value to the letter.</summary>
    public bool IsEqualTo(JudgedValue expected) =>
        Text == expected.Text || (ReadAs(expected, Typed.Kind) is { Exists: true } other && Typed == other);

    /// <summary>The order of this and what a script expects; null if they have none.</summary>
    public int? CompareTo(JudgedValue expected)
    {
        if (ReadAs(expected, Typed.Kind) is { Exists: true } other)
            return Compare(Typed, other);
        if (Typed.Kind is not (FhirPathKind.None or FhirPathKind.String))
            return null;
        if (Number(Text) is { } number)
            return Number(expected.Text) is { } limit ? number.CompareTo(limit) : null;
        if (Moment(Text) is { Exists: true } moment)
            return Moment(expected.Text) is { Exists: true } limit ? Compare(moment, limit) : null;
        if (HttpDate(Text) is { } date)
            return HttpDate(expected.Text) is { } limit ? date.CompareTo(limit) : null;
        return Number(expected.Text) is null ? string.CompareOrdinal(Text, expected.Text) : null;
    }

    // What the script writes as text, as the kind that was found.
    private static FhirPathValue ReadAs(JudgedValue value, FhirPathKind kind) => kind switch
    {
        _ when value.Typed.Kind is not (FhirPathKind.None or FhirPathKind.String) => value.Typed,
        FhirPathKind.Integer or FhirPathKind.Decimal => Number(value.Text) is { } number ? FhirPathValue.Of(number) : default,
        FhirPathKind.Date or FhirPathKind.DateTime => Moment(value.Text),
        FhirPathKind.Time => FhirPathTemporal.TryParse(value.Text, kind, out var time) ? FhirPathValue.Of(time) : default,
        FhirPathKind.Quantity => FhirPathExpression.Get("%text.toQuantity()").Evaluate(default, With(("text", FhirPathValue.Of(value.Text)))) is [var quantity] ? quantity : default,
        _ => default,
    };

    private static int? Compare(FhirPathValue left, FhirPathValue right)
    {
        try
        {
            var context = With(("left", left), ("right", right));
            if (FhirPathExpression.Get("%left = %right").EvaluateToBoolean(default, context))
                return 0;
            return FhirPathExpression.Get("%left > %right").EvaluateToTruth(default, context) switch
            {
                true => 1,
                false => -1,
                null => null,
            };
        }
        catch (FhirPathException)
        {
            // A number and a date, say: they have no order.
            return null;
        }
    }

    private static FhirPathContext With(params ReadOnlySpan<(string Name, FhirPathValue Value)> variables)
    {
        var values = new Dictionary<string, IReadOnlyList<FhirPathValue>>(StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            values[name] = [value];
        return new FhirPathContext { Variables = values };
    }

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // FHIRPath takes an instant of a second for less exact than one of a millisecond, and compares a date with it by what both say.
    private static FhirPathValue Moment(string text) =>
        FhirPathTemporal.TryParse(text, FhirPathKind.Date, out var date) ? FhirPathValue.Of(date)
        : FhirPathTemporal.TryParse(text, FhirPathKind.DateTime, out var moment) ? FhirPathValue.Of(moment)
        : default;

    private static DateTimeOffset? HttpDate(string text) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
