// Dates, numbers, quantities and positions.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Search;

public sealed partial class IndexExtractor
{
    private const string CurrencySystem = "urn:iso:std:iso:4217";

    private void AddDates(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        switch (_shapes[node.Type.Index])
        {
            case ValueShape.Date when DateRange.TryParse(node, out var date):
                entries.Add(new DateEntry(parameter, date.Low, date.High));
                break;
            case ValueShape.Period when PeriodOf(node) is { } period:
                entries.Add(new DateEntry(parameter, period.Low, period.High));
                break;
            case ValueShape.Timing when OuterLimits(node) is { } limits:
                entries.Add(new DateEntry(parameter, limits.Low, limits.High));
                break;
        }
    }

    // A missing end is open (R4 search.html#date). Where the ends are the wrong way round, what lies between them counts: stores rely
    // on ranges that do not end before they start.
    private static DateRange? PeriodOf(ElementNode period)
    {
        var hasStart = DateRange.TryParse(period.Child("start"), out var start);
        var hasEnd = DateRange.TryParse(period.Child("end"), out var end);
        if (hasStart && hasEnd && end.High < start.Low)
            return new DateRange(end.Low, start.High);
        return hasStart || hasEnd
            ? new DateRange(hasStart ? start.Low : long.MinValue, hasEnd ? end.High : long.MaxValue)
            : null;
    }

    // "The specified scheduling details are ignored and only the outer limits matter" (R4 search.html#date).
    private static DateRange? OuterLimits(ElementNode timing)
    {
        DateRange? limits = null;
        foreach (var @event in timing.ChildrenOf("event"))
        {
            if (DateRange.TryParse(@event, out var range))
                limits = Cover(limits, range);
        }

        if (timing.Child("repeat") is { Exists: true } repeat && repeat.Child("bounds") is { Exists: true } bounds
            && bounds.Type.Name == "Period" && PeriodOf(bounds) is { } period)
        {
            limits = Cover(limits, period);
        }

        return limits;
    }

    private static DateRange Cover(DateRange? left, DateRange right) =>
        left is { } l ? new DateRange(Math.Min(l.Low, right.Low), Math.Max(l.High, right.High)) : right;

    private void AddNumbers(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        switch (_shapes[node.Type.Index])
        {
            case ValueShape.Number when NumberOf(node) is { } number:
                entries.Add(new NumberEntry(parameter, number, number, number));
                break;
            case ValueShape.Quantity when NumberOf(node.Child("value")) is { } value:
                entries.Add(new NumberEntry(parameter, value, value, value));
                break;
            case ValueShape.Range when Ends(NumberOf(node.Child("low").Exists ? node.Child("low").Child("value") : default),
                NumberOf(node.Child("high").Exists ? node.Child("high").Child("value") : default)) is { } range:
                entries.Add(new NumberEntry(parameter, range.Low, range.High, range.Value));
                break;
        }
    }

    private static (decimal Low, decimal High, decimal Value)? Ends(decimal? low, decimal? high) =>
        low is null && high is null ? null
        : high < low ? (high.Value, low.Value, low.Value)
        : (low ?? decimal.MinValue, high ?? decimal.MaxValue, low ?? high!.Value);

    // A number beyond decimal is still greater than all others.
    private static decimal? NumberOf(ElementNode node)
    {
        if (!node.Exists || !node.HasValue)
            return null;
        return node.GetDecimal()
            ?? (double.TryParse(node.RawValue, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number < 0 ? decimal.MinValue : decimal.MaxValue
                : null);
    }

    private void AddQuantities(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        switch (_shapes[node.Type.Index])
        {
            case ValueShape.Quantity when NumberOf(node.Child("value")) is { } value:
                var (low, high) = node.ChildValue("comparator") switch
                {
                    "<" or "<=" => (decimal.MinValue, value),
                    ">" or ">=" => (value, decimal.MaxValue),
                    _ => (value, value),
                };
                AddQuantity(parameter, (low, high, value), node, entries);
                break;
            case ValueShape.Range:
                var (from, to) = (node.Child("low"), node.Child("high"));
                var unit = from.Exists ? from : to;
                if (unit.Exists && Ends(from.Exists ? NumberOf(from.Child("value")) : null, to.Exists ? NumberOf(to.Child("value")) : null) is { } ends)
                    AddQuantity(parameter, ends, unit, entries);
                break;
            case ValueShape.Money when NumberOf(node.Child("value")) is { } amount:
                entries.Add(new QuantityEntry(parameter, amount, amount, amount, CurrencySystem, Pooled(node, "currency"), null));
                break;
            case ValueShape.SampledData when Extent(node) is { } extent:
                AddQuantity(parameter, extent, node.Child("origin"), entries);
                break;
            case ValueShape.Number when NumberOf(node) is { } number:
                entries.Add(new QuantityEntry(parameter, number, number, number, null, null, null));
                break;
        }
    }

    private void AddQuantity(SearchParameter parameter, (decimal Low, decimal High, decimal Value) number, ElementNode quantity, List<IndexEntry> entries)
    {
        var system = Pooled(quantity, "system");
        var code = Pooled(quantity, "code");
        var entry = new QuantityEntry(parameter, number.Low, number.High, number.Value, system, code, Pooled(quantity, "unit"));
        if (system == Ucum.System && code is not null && Ucum.TryParse(code, out var unit)
            && unit.TryToCanonical(number.Value, out var value)
            && Canonical(unit, number.Low, out var low) && Canonical(unit, number.High, out var high))
        {
            // Units such as [pH] grow when their proper value falls.
            entry = entry with
            {
                CanonicalUnits = unit.CanonicalUnits,
                Canonical = low <= high ? (low, high, value) : (high, low, value),
            };
        }

        entries.Add(entry);
    }

    private static bool Canonical(UcumUnit unit, decimal value, out decimal canonical)
    {
        canonical = value;
        return value is decimal.MinValue or decimal.MaxValue || unit.TryToCanonical(value, out canonical);
    }

    // From the least to the greatest sample; E, L and U stand for what could not be measured (R4 datatypes.html#SampledData).
    private static (decimal Low, decimal High, decimal Value)? Extent(ElementNode sampled)
    {
        if (sampled.ChildValue("data") is not { } data || sampled.Child("origin") is not { Exists: true } originQuantity
            || NumberOf(originQuantity.Child("value")) is not { } origin)
            return null;
        double? low = null, high = null;
        foreach (var sample in data.AsSpan().Split(' '))
        {
            if (!double.TryParse(data.AsSpan(sample), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                continue;
            low = Math.Min(low ?? number, number);
            high = Math.Max(high ?? number, number);
        }

        var factor = (double)(NumberOf(sampled.Child("factor")) ?? 1);
        if (low is null || high is null)
            return null;
        var (first, last) = ((double)origin + (low.Value * factor), (double)origin + (high.Value * factor));
        if (!(Math.Abs(first) < 1e28) || !(Math.Abs(last) < 1e28))
            return null;
        return ((decimal)Math.Min(first, last), (decimal)Math.Max(first, last), origin);
    }

    private static void AddPositions(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        if (NumberOf(node.Child("latitude")) is { } latitude && NumberOf(node.Child("longitude")) is { } longitude)
            entries.Add(new PositionEntry(parameter, (double)latitude, (double)longitude));
    }
}
