// CSV files with a header line, by the names of their columns; CsvHelper reads the quotes.

using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>A table with named columns, one row at a time.</summary>
internal interface IRowTable : IDisposable
{
    /// <summary>The names of the columns.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Goes to the next row.</summary>
    bool Read();

    /// <summary>The value in a column of the row, trimmed; empty if there is none.</summary>
    string this[int column] { get; }

    /// <summary>A fault of the row.</summary>
    TerminologyException Fault(string message);
}

/// <summary>A CSV file (RFC 4180; other separators are found by the header line).</summary>
internal sealed class CsvTable : IRowTable
{
    private readonly ReleaseFile _file;
    private readonly CsvParser _parser;
    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);

    public CsvTable(ReleaseFile file, ReleaseLimits limits, string? delimiter = null)
    {
        _file = file;
        delimiter ??= Delimiter(file);
        _parser = new CsvParser(
            new StreamReader(file.Open()),
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Delimiter = delimiter,
                TrimOptions = TrimOptions.Trim,
                BadDataFound = null,
                MaxFieldSize = limits.LineBytes,
                BufferSize = 64 * 1024,
            });
        Columns = Advance() ? [.. _parser.Record!.Select(static column => column.Trim('\uFEFF', ' '))] : [];
        for (var column = 0; column < Columns.Count; column++)
            _columns.TryAdd(Columns[column], column);
    }

    public IReadOnlyList<string> Columns { get; }

    public string this[int column] => column >= 0 && column < _parser.Count ? _parser[column] : "";

    /// <summary>The value in a column of that name; empty if there is no such column.</summary>
    public string this[string column] => _columns.TryGetValue(column, out var number) ? this[number] : "";

    public bool Read() => Advance();

    /// <summary>Says that columns must be there.</summary>
    public CsvTable With(params ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
        {
            if (!_columns.ContainsKey(column))
                throw _file.Fault($"the column {column} is missing; check that the file is whole and of this kind", 1);
        }

        return this;
    }

    public TerminologyException Fault(string message) => _file.Fault(message, _parser.RawRow);

    public void Dispose() => _parser.Dispose();

    private bool Advance()
    {
        try
        {
            return _parser.Read();
        }
        catch (MaxFieldSizeException)
        {
            throw Fault("a value is too long; check that quotes are closed");
        }
        catch (CsvHelperException e)
        {
            throw Fault(e.Message.ReplaceLineEndings(" "));
        }
    }

    // The separator that the header line has most of.
    private static string Delimiter(ReleaseFile file)
    {
        using var reader = new StreamReader(file.Open());
        var start = new char[16 * 1024];
        var text = start.AsSpan(0, reader.ReadBlock(start));
        var end = text.IndexOfAny('\r', '\n');
        var header = end < 0 ? text : text[..end];
        var best = ',';
        foreach (var candidate in (ReadOnlySpan<char>)[',', ';', '\t', '|'])
        {
            if (header.Count(candidate) > header.Count(best))
                best = candidate;
        }

        return best.ToString();
    }
}
