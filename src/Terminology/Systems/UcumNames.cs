// Names of units for people: "mg/dL" is milligram per deciliter, 毫克每分升.

using System.Text;

namespace FhirHub.Terminology;

/// <summary>A name of a unit; what stands below a fraction's line is told from what stands above.</summary>
internal sealed class UcumNames
{
    private const int MaxPrefixLength = 2;

    private static readonly Lazy<UcumNames> LazyEmbedded = new(static () => new UcumNames());

    private readonly Dictionary<string, (string Name, string? Chinese)> _prefixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Name, string? Chinese, string? Symbol)> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Name, string? Synonyms)> _common = new(StringComparer.Ordinal);
    private readonly List<string> _commonCodes = [];

    private UcumNames()
    {
        foreach (var line in StandardCodes.Read())
        {
            switch (line.Kind)
            {
                case 'P':
                    _prefixes[line[1]!] = (line[2]!, line[3]);
                    break;
                case 'U':
                    _units[line[1]!] = (line[2] ?? line[1]!, line[3], line[4]);
                    break;
                case 'N' when _common.TryAdd(line[1]!, (line[2] ?? line[1]!, line[3])):
                    _commonCodes.Add(line[1]!);
                    break;
            }
        }
    }

    /// <summary>The names of this build; read when they are first asked for.</summary>
    public static UcumNames Embedded => LazyEmbedded.Value;

    /// <summary>The codes of units that clinics use, in the order of their code.</summary>
    public IReadOnlyList<string> CommonCodes => _commonCodes;

    /// <summary>Further names of a common unit, parted by semicolons; null if there are none.</summary>
    public string? Synonyms(string code) => _common.TryGetValue(code, out var common) ? common.Synonyms : null;

    /// <summary>The sign that is printed for a unit (<c>°C</c>), or null if it has none other than its code.</summary>
    public string? Symbol(string code) => _units.TryGetValue(code, out var unit) && unit.Symbol != code ? unit.Symbol : null;

    /// <summary>The name in English of a valid code.</summary>
    public string Display(string code) => _common.TryGetValue(code, out var common) ? common.Name : Compose(code, English.Words) ?? code;

    /// <summary>The name in Chinese of a valid code; null where a part of it has none.</summary>
    public string? ChineseDisplay(string code) => Compose(code, Chinese.Words);

    // The grammar is checked before; what doesn't fit it here is left without a name.
    private string? Compose(string code, Words words)
    {
        var text = new StringBuilder();
        for (var at = 0; at < code.Length;)
        {
            switch (code[at])
            {
                case '/':
                    text.Append(text.Length == 0 ? words.PerAlone : words.Per);
                    at++;
                    break;
                case '.':
                    text.Append(words.Times);
                    at++;
                    break;
                case '(' or ')':
                    text.Append(code[at++]);
                    break;
                case '{':
                    var end = code.IndexOf('}', at);
                    if (end < 0)
                        return null;
                    text.Append(code.AsSpan(at + 1, end - at - 1));
                    at = end + 1;
                    break;
                default:
                    var length = SymbolLength(code.AsSpan(at));
                    if (Component(code.Substring(at, length), words) is not { } name)
                        return null;
                    text.Append(name);
                    at += length;
                    if (at < code.Length && code[at] == '{')
                        text.Append(words.Of);
                    break;
            }
        }

        return text.ToString();
    }

    private static int SymbolLength(ReadOnlySpan<char> code)
    {
        var bracket = false;
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] == '[')
                bracket = true;
            else if (code[i] == ']')
                bracket = false;
            else if (!bracket && code[i] is '.' or '/' or '(' or ')' or '{')
                return i;
        }

        return code.Length;
    }

    private string? Component(string symbol, Words words)
    {
        if (symbol.All(char.IsAsciiDigit))
            return symbol;
        var end = symbol.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1;
        if (end < symbol.Length && symbol[end - 1] is '+' or '-')
            end--;
        var exponent = symbol[end..];
        var unit = symbol[..end];
        if (unit is "10*" or "10^")
            return exponent.Length == 0 ? "10" : $"10^{exponent.TrimStart('+')}";
        return Unit(unit, words) is { } name ? words.Power(name, exponent.TrimStart('+')) : null;
    }

    private string? Unit(string unit, Words words)
    {
        if (_units.TryGetValue(unit, out var known))
            return words.IsChinese ? known.Chinese : known.Name;
        for (var length = Math.Min(MaxPrefixLength, unit.Length - 1); length > 0; length--)
        {
            if (_prefixes.TryGetValue(unit[..length], out var prefix) && _units.TryGetValue(unit[length..], out known))
                return words.IsChinese ? (prefix.Chinese is null || known.Chinese is null ? null : prefix.Chinese + known.Chinese) : prefix.Name + known.Name;
        }

        return null;
    }

    // How a language joins the names of units.
    private sealed record Words(bool IsChinese, string Per, string PerAlone, string Times, string Of, Func<string, string, string> Power);

    private static class English
    {
        public static readonly Words Words = new(false, " per ", "per ", " ", " ", static (name, exponent) => exponent switch
        {
            "" or "1" => name,
            "2" => $"square {name}",
            "3" => $"cubic {name}",
            _ => $"{name} to the power of {exponent}",
        });
    }

    private static class Chinese
    {
        public static readonly Words Words = new(true, "每", "每", "·", "", static (name, exponent) => exponent switch
        {
            "" or "1" => name,
            "2" => $"平方{name}",
            "3" => $"立方{name}",
            _ => $"{name}的{exponent}次方",
        });
    }
}
