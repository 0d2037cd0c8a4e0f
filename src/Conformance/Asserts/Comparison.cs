// The operators of asserts (R4 assert-operator-codes).

namespace FhirHub.Conformance;

/// <summary>What came out of an assert.</summary>
/// <param name="Holds">True if it holds.</param>
/// <param name="Message">What was expected and found, as a sentence.</param>
internal readonly record struct Verdict(bool Holds, string Message);

/// <summary>
/// Compares what was found with what is expected. Where several values were found, <c>equals</c> and <c>contains</c> ask that one of them does,
/// <c>in</c>, <c>greaterThan</c> and <c>lessThan</c> that each does, and what begins with <c>not</c> that none does.
/// </summary>
internal static class Comparison
{
    /// <summary>The values of an element that say the same in another way, such as media types.</summary>
    public delegate bool Sameness(JudgedValue found, JudgedValue expected);

    /// <summary>Whether what was found is as one expected text says.</summary>
    /// <param name="what">What was looked at, as the subject of a sentence: <c>the status</c>.</param>
    /// <param name="op">The operator.</param>
    /// <param name="found">What was found.</param>
    /// <param name="value">What is expected; for <c>in</c> and <c>notIn</c> a list with commas.</param>
    /// <param name="isSame">When two values are equal; to the letter or by their type if null.</param>
    /// <exception cref="StepException">The operator is unknown, or needs a value and has none.</exception>
    public static Verdict Judge(string what, string op, IReadOnlyList<JudgedValue> found, string? value, Sameness? isSame = null)
    {
        if (Emptiness(what, op, found) is { } verdict)
            return verdict;
        if (value is null)
            throw new StepException($"The operator {op} needs something to compare with: give the assert a value, or what to compare to.");
        IReadOnlyList<JudgedValue> expected = op is "in" or "notIn"
            ? [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(JudgedValue.Of)]
            : [JudgedValue.Of(value)];
        return Judge(what, op, found, expected, isSame ?? IsSame, op is "equals" or "notEquals" ? IsAnyOf : null);
    }

    /// <summary>Whether what was found is as the values of another source say; equal lists have the same values in the same order.</summary>
    /// <exception cref="StepException">The operator is unknown.</exception>
    public static Verdict JudgeLists(string what, string op, IReadOnlyList<JudgedValue> found, IReadOnlyList<JudgedValue> expected) =>
        Emptiness(what, op, found) ?? Judge(what, op, found, expected, IsSame, null);

    /// <summary>Whether what was looked at is true (R4: <c>eval</c>, and <c>expression</c> without a value).</summary>
    public static Verdict JudgeTruth(string what, IReadOnlyList<JudgedValue> found)
    {
        // As FHIRPath takes a collection for a boolean: nothing is false, one item that is no boolean is true.
        if (found.Count > 1)
            return new Verdict(false, $"{Sentence(what)} should be true or false; found {found.Count} values: {Show(found)}.");
        var holds = found.Count == 1 && found[0].Text != "false";
        return new Verdict(holds, holds ? $"{Sentence(what)} is true." : $"{Sentence(what)} should be true; found {Show(found)}.");
    }

    private static Verdict? Emptiness(string what, string op, IReadOnlyList<JudgedValue> found)
    {
        if (op is not ("empty" or "notEmpty"))
            return null;
        var isEmpty = found.All(static value => value.Text.Length == 0);
        return isEmpty == (op == "empty")
            ? new Verdict(true, isEmpty ? $"{Sentence(what)} is empty." : $"{Sentence(what)} is there: {Show(found)}.")
            : new Verdict(false, isEmpty ? $"{Sentence(what)} should be there; found nothing." : $"{Sentence(what)} should be empty; found {Show(found)}.");
    }

    private static Verdict Judge(
        string what,
        string op,
        IReadOnlyList<JudgedValue> found,
        IReadOnlyList<JudgedValue> expected,
        Sameness isSame,
        Func<IReadOnlyList<JudgedValue>, IReadOnlyList<JudgedValue>, Sameness, bool>? areEqual)
    {
        areEqual ??= AreSameLists;
        var (holds, relation) = op switch
        {
            "equals" => (areEqual(found, expected, isSame), "be"),
            "notEquals" => (!areEqual(found, expected, isSame), "not be"),
            "in" => (found.Count > 0 && found.All(value => expected.Any(one => isSame(value, one))), "be one of"),
            "notIn" => (!found.Any(value => expected.Any(one => isSame(value, one))), "be none of"),
            "contains" => (Contains(found, expected, all: true), "contain"),
            "notContains" => (!Contains(found, expected, all: false), "not contain"),
            "greaterThan" => (AreOrdered(found, expected, 1), "be greater than"),
            "lessThan" => (AreOrdered(found, expected, -1), "be less than"),
            "eval" => throw new StepException("The operator eval evaluates an expression; this assert has none."),
            _ => throw new StepException($"The operator '{op}' is none of R4: equals, notEquals, in, notIn, greaterThan, lessThan, empty, notEmpty, contains, notContains, eval."),
        };
        return new Verdict(
            holds,
            holds ? $"{Sentence(what)} is {Show(found)}." : $"{Sentence(what)} should {relation} {Show(expected)}; found {Show(found)}.");
    }

    private static bool IsSame(JudgedValue found, JudgedValue expected) => found.IsEqualTo(expected);

    private static bool IsAnyOf(IReadOnlyList<JudgedValue> found, IReadOnlyList<JudgedValue> expected, Sameness isSame) =>
        found.Any(value => isSame(value, expected[0]));

    private static bool AreSameLists(IReadOnlyList<JudgedValue> found, IReadOnlyList<JudgedValue> expected, Sameness isSame) =>
        found.Count == expected.Count && found.Zip(expected).All(pair => isSame(pair.First, pair.Second));

    private static bool Contains(IReadOnlyList<JudgedValue> found, IReadOnlyList<JudgedValue> expected, bool all)
    {
        bool IsFound(JudgedValue one) => found.Any(value => value.Text.Contains(one.Text, StringComparison.Ordinal));
        return all ? expected.Count > 0 && expected.All(IsFound) : expected.Any(IsFound);
    }

    private static bool AreOrdered(IReadOnlyList<JudgedValue> found, IReadOnlyList<JudgedValue> expected, int order)
    {
        if (expected.Count != 1)
            throw new StepException($"greaterThan and lessThan compare with one value; there are {expected.Count}.");
        return found.Count > 0 && found.All(value => value.CompareTo(expected[0]) is { } sign && Math.Sign(sign) == order);
    }

    private static string Show(IReadOnlyList<JudgedValue> values) => Excerpt.Of([.. values.Select(static value => value.Text)]);

    private static string Sentence(string what) => char.ToUpperInvariant(what[0]) + what[1..];
}
