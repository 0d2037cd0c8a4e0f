// String manipulation (FHIRPath N1, "String Manipulation"). Patterns come from outside, so they run in linear time or not for long.

using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    private const int MaxPatterns = 1024;

    private const int MaxPatternLength = 8 * 1024;

    // Replacing and joining may multiply a text; beyond this it is no text of a resource any more.
    private const int MaxTextLength = 64 * 1024 * 1024;

    private static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(500);

    private static readonly ConcurrentDictionary<(string Pattern, RegexOptions Options, bool IsFull), Regex> Patterns = new();

    private ValueList String(FunctionSyntax function, ValueList input, in Frame frame)
    {
        if (input.Count == 0)
            return Rent();
        if (TextOf(input, function) is not { } text)
            return Rent();
        switch (function.Signature.Function)
        {
            case FhirPathFunction.Length:
                return One(FhirPathValue.Of(text.Length));
            case FhirPathFunction.Upper:
                return One(FhirPathValue.Of(text.ToUpperInvariant()));
            case FhirPathFunction.Lower:
                return One(FhirPathValue.Of(text.ToLowerInvariant()));
            case FhirPathFunction.Trim:
                return One(FhirPathValue.Of(text.Trim()));
            case FhirPathFunction.ToChars:
                var chars = Rent();
                foreach (var rune in text.EnumerateRunes())
                    chars.Add(FhirPathValue.Of(rune.ToString()));
                return chars;
            case FhirPathFunction.Substring:
                return Substring(function, text, frame);
        }

        if (TextArgument(function, 0, frame) is not { } argument)
            return Rent();
        switch (function.Signature.Function)
        {
            case FhirPathFunction.IndexOf:
                return One(FhirPathValue.Of(text.IndexOf(argument, StringComparison.Ordinal)));
            case FhirPathFunction.LastIndexOf:
                return One(FhirPathValue.Of(text.LastIndexOf(argument, StringComparison.Ordinal)));
            case FhirPathFunction.StartsWith:
                return One(FhirPathValue.Of(text.StartsWith(argument, StringComparison.Ordinal)));
            case FhirPathFunction.EndsWith:
                return One(FhirPathValue.Of(text.EndsWith(argument, StringComparison.Ordinal)));
            case FhirPathFunction.Contains:
                return One(FhirPathValue.Of(text.Contains(argument, StringComparison.Ordinal)));
            case FhirPathFunction.Encode:
                return One(FhirPathValue.Of(Encode(text, argument, function)));
            case FhirPathFunction.Decode:
                return Decode(text, argument, function) is { } decoded ? One(FhirPathValue.Of(decoded)) : Rent();
            case FhirPathFunction.Escape:
                return One(FhirPathValue.Of(Escape(text, argument, function)));
            case FhirPathFunction.Unescape:
                return Unescape(text, argument, function) is { } unescaped ? One(FhirPathValue.Of(unescaped)) : Rent();
            case FhirPathFunction.Matches:
                return One(FhirPathValue.Of(IsMatch(argument, FlagsArgument(function, 1, frame), isFull: false, text, function)));
            case FhirPathFunction.MatchesFull:
                return One(FhirPathValue.Of(IsMatch(argument, RegexOptions.Singleline, isFull: true, text, function)));
            case FhirPathFunction.ReplaceMatches:
                return ReplaceMatches(function, text, argument, frame);
            default:
                return Replace(function, text, argument, frame);
        }
    }

    // The text of the only item; null where a primitive has no value.
    private static string? TextOf(ValueList list, FhirPathSyntax at)
    {
        var value = Single(list, at);
        if (value.AsString() is { } text)
            return text;
        if (!value.ToSystem().Exists)
            return null;
        throw Fault($"A string is needed here, not {value.Type}", at);
    }

    private string? TextArgument(FunctionSyntax function, int index, in Frame frame)
    {
        if (function.Arguments[index] is LiteralSyntax { Value.Kind: FhirPathKind.String } literal)
            return literal.Value.AsString();
        var list = Argument(function, index, frame);
        var text = list.Count == 0 ? null : TextOf(list, function.Arguments[index]);
        Return(list);
        return text;
    }

    private int? IntegerArgument(FunctionSyntax function, int index, in Frame frame)
    {
        var list = Argument(function, index, frame);
        var value = Single(list, function.Arguments[index]);
        Return(list);
        if (!value.Exists)
            return null;
        return value.AsInteger() ?? throw Fault($"An integer is needed here, not {value.Type}", function.Arguments[index]);
    }

    private ValueList Substring(FunctionSyntax function, string text, in Frame frame)
    {
        if (IntegerArgument(function, 0, frame) is not { } start || start < 0 || start >= text.Length)
            return Rent();
        var length = text.Length - start;
        if (function.Arguments.Count > 1)
            length = System.Math.Clamp(IntegerArgument(function, 1, frame) ?? length, 0, length);
        return One(FhirPathValue.Of(text.Substring(start, length)));
    }

    private ValueList Replace(FunctionSyntax function, string text, string pattern, in Frame frame)
    {
        if (TextArgument(function, 1, frame) is not { } replacement)
            return Rent();
        string replaced;
        if (pattern.Length > 0)
        {
            RefuseExplosion(text.Length / pattern.Length, replacement.Length, function);
            replaced = text.Replace(pattern, replacement, StringComparison.Ordinal);
        }
        else
        {
            // An empty pattern is found around every character.
            RefuseExplosion(text.Length + 1, replacement.Length, function);
            var spread = new StringBuilder(replacement);
            foreach (var c in text)
                spread.Append(c).Append(replacement);
            replaced = spread.ToString();
        }

        return One(FhirPathValue.Of(replaced));
    }

    private ValueList ReplaceMatches(FunctionSyntax function, string text, string pattern, in Frame frame)
    {
        if (TextArgument(function, 1, frame) is not { } substitution)
            return Rent();
        if (pattern.Length == 0)
            return One(FhirPathValue.Of(text));
        RefuseExplosion(text.Length + 1, substitution.Length, function);
        try
        {
            return One(FhirPathValue.Of(Pattern(pattern, FlagsArgument(function, 2, frame), isFull: false, function).Replace(text, substitution)));
        }
        catch (RegexMatchTimeoutException)
        {
            throw Fault("The pattern takes too long", function, FhirPathFault.TooCostly);
        }
    }

    private static void RefuseExplosion(long times, long length, FhirPathSyntax at)
    {
        if (times * length > MaxTextLength)
            throw Fault("The text would grow too long", at, FhirPathFault.TooCostly);
    }

    private static FhirPathValue Concatenate(string left, string right, FhirPathSyntax at)
    {
        RefuseExplosion(1, (long)left.Length + right.Length, at);
        return FhirPathValue.Of(left + right);
    }

    private RegexOptions FlagsArgument(FunctionSyntax function, int index, in Frame frame)
    {
        var options = RegexOptions.Singleline;
        if (index >= function.Arguments.Count || TextArgument(function, index, frame) is not { } flags)
            return options;
        foreach (var flag in flags)
        {
            options |= flag switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                _ => throw Fault($"The flag '{flag}' is unknown; there are i and m", function),
            };
        }

        return options;
    }

    private static bool IsMatch(string pattern, RegexOptions options, bool isFull, string text, FhirPathSyntax at)
    {
        try
        {
            return Pattern(pattern, options, isFull, at).IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw Fault("The pattern takes too long", at, FhirPathFault.TooCostly);
        }
    }

    private static Regex Pattern(string pattern, RegexOptions options, bool isFull, FhirPathSyntax at)
    {
        var key = (pattern, options, isFull);
        if (Patterns.TryGetValue(key, out var known))
            return known;
        if (pattern.Length > MaxPatternLength)
            throw Fault($"The pattern is longer than {MaxPatternLength} characters", at, FhirPathFault.TooCostly);
        Regex made;
        try
        {
            made = Make(isFull ? $"\\A(?:{pattern})\\z" : pattern, options | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException wrong)
        {
            throw Fault($"'{pattern}' is no regular expression: {wrong.Message}", at);
        }

        if (Patterns.Count >= MaxPatterns)
            Patterns.Clear();
        Patterns[key] = made;
        return made;
    }

    private static Regex Make(string pattern, RegexOptions options)
    {
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking, PatternTime);
        }
        catch (NotSupportedException)
        {
            // Look-around and back references are allowed by the standard and need backtracking; the time-out bounds it.
            return new Regex(pattern, options, PatternTime);
        }
    }

    private static string Encode(string text, string format, FhirPathSyntax at) => format switch
    {
        "hex" => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
        "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        "urlbase64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).Replace('+', '-').Replace('/', '_'),
        _ => throw Fault($"The encoding '{format}' is unknown; there are hex, base64 and urlbase64", at),
    };

    private static string? Decode(string text, string format, FhirPathSyntax at)
    {
        try
        {
            return Encoding.UTF8.GetString(format switch
            {
                "hex" => Convert.FromHexString(text),
                "base64" => Convert.FromBase64String(text),
                "urlbase64" => Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/')),
                _ => throw Fault($"The encoding '{format}' is unknown; there are hex, base64 and urlbase64", at),
            });
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Escape(string text, string target, FhirPathSyntax at) => target switch
    {
        "html" => WebUtility.HtmlEncode(text),
        "json" => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
        _ => throw Fault($"The escape target '{target}' is unknown; there are html and json", at),
    };

    private static string? Unescape(string text, string target, FhirPathSyntax at)
    {
        switch (target)
        {
            case "html":
                return WebUtility.HtmlDecode(text);
            case "json":
                try
                {
                    // What is not escaped at all, such as a bare quote, is taken as it is.
                    return text.Contains('\\', StringComparison.Ordinal) ? JsonSerializer.Deserialize<string>($"\"{text}\"") : text;
                }
                catch (JsonException)
                {
                    return null;
                }

            default:
                throw Fault($"The escape target '{target}' is unknown; there are html and json", at);
        }
    }

    private ValueList SplitOrJoin(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var separator = function.Arguments.Count > 0 ? TextArgument(function, 0, frame) : "";
        if (input.Count == 0 || separator is null)
            return Rent();
        if (function.Signature.Function == FhirPathFunction.Join)
        {
            var parts = new List<string>(input.Count);
            long length = 0;
            foreach (ref readonly var value in input.Items)
            {
                if (!value.ToSystem().Exists)
                    continue;
                parts.Add(value.AsString() ?? throw Fault($"join() takes strings, not {value.Type}", function));
                length += parts[^1].Length + separator.Length;
                RefuseExplosion(1, length, function);
            }

            return One(FhirPathValue.Of(string.Join(separator, parts)));
        }

        var result = Rent();
        foreach (var part in separator.Length == 0 ? [TextOf(input, function) ?? ""] : (TextOf(input, function) ?? "").Split(separator))
            result.Add(FhirPathValue.Of(part));
        return result;
    }
}
