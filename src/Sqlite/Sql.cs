// SQL in pieces: every value that is put in becomes a parameter, every piece stays a piece.

using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Sqlite;

/// <summary>A piece of SQL with its arguments in order. The text depends on the shape of a query only, so that it is prepared once.</summary>
public sealed record Sql(string Text, IReadOnlyList<object> Arguments)
{
    /// <summary>Nothing.</summary>
    public static Sql Empty { get; } = new("", []);

    /// <summary>A condition that never holds.</summary>
    public static Sql False { get; } = new("0", []);

    /// <summary>A condition that always holds.</summary>
    public static Sql True { get; } = new("1", []);

    /// <summary>A hash of text and arguments.</summary>
    public ulong Hash()
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Text);
            foreach (var argument in Arguments)
                writer.Write(argument is byte[] bytes ? Convert.ToHexString(bytes) : argument.ToString()!);
        }

        return BitConverter.ToUInt64(SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    /// <summary>SQL with values as parameters and pieces spliced in.</summary>
    public static Sql Of(SqlHandler text) => text.ToSql();

    /// <summary>Fixed text: names of tables and columns, never a value.</summary>
    public static Sql Raw(string text) => new(text, []);

    /// <summary>The parts with a separator between them.</summary>
    public static Sql Join(string separator, IEnumerable<Sql> parts)
    {
        var text = new StringBuilder();
        var arguments = new List<object>();
        foreach (var part in parts)
        {
            if (text.Length > 0)
                text.Append(separator);
            text.Append(part.Text);
            arguments.AddRange(part.Arguments);
        }

        return new Sql(text.ToString(), arguments);
    }

    /// <summary>All hold.</summary>
    public static Sql All(IReadOnlyCollection<Sql> parts) => parts.Count switch
    {
        0 => True,
        <= 16 => Of($"({Join(" AND ", parts)})"),
        _ => All([.. parts.Chunk((parts.Count + 15) / 16).Select(static chunk => All(chunk))]),
    };

    /// <summary>At least one holds.</summary>
    public static Sql Any(IReadOnlyCollection<Sql> parts) => parts.Count switch
    {
        0 => False,
        <= 16 => Of($"({Join(" OR ", parts)})"),

        // SQLite bounds the depth of an expression, and a long chain of ORs is as deep as it is long.
        _ => Any([.. parts.Chunk((parts.Count + 15) / 16).Select(static chunk => Any(chunk))]),
    };

    /// <summary>Values between commas.</summary>
    public static Sql List(IEnumerable<object> values)
    {
        var arguments = values.ToList();
        return new Sql(string.Join(',', Enumerable.Repeat('?', arguments.Count)), arguments);
    }
}

/// <summary>Builds a <see cref="Sql"/> from an interpolated string.</summary>
[InterpolatedStringHandler]
public readonly ref struct SqlHandler
{
    private readonly StringBuilder _text;
    private readonly List<object> _arguments;

    /// <summary>Nothing yet; the compiler tells how much will come.</summary>
    public SqlHandler(int literalLength, int formattedCount)
    {
        _text = new StringBuilder(literalLength + (formattedCount * 8));
        _arguments = new List<object>(formattedCount);
    }

    /// <summary>Fixed text.</summary>
    public void AppendLiteral(string text) => _text.Append(text);

    /// <summary>A number becomes a parameter.</summary>
    public void AppendFormatted(long value) => Append(value);

    /// <summary>A real number becomes a parameter.</summary>
    public void AppendFormatted(double value) => Append(value);

    /// <summary>A text becomes a parameter.</summary>
    public void AppendFormatted(string value) => Append(value);

    /// <summary>Bytes become a parameter.</summary>
    public void AppendFormatted(byte[] value) => Append(value);

    /// <summary>A value becomes a parameter.</summary>
    public void AppendFormatted(SqlValue value) => Append(value);

    /// <summary>A piece is spliced in.</summary>
    public void AppendFormatted(Sql piece)
    {
        _text.Append(piece.Text);
        _arguments.AddRange(piece.Arguments);
    }

    /// <summary>What was built.</summary>
    public Sql ToSql() => new(_text.ToString(), _arguments);

    private void Append(object value)
    {
        _text.Append('?');
        _arguments.Add(value);
    }
}
