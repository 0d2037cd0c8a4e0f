// CSV files with a line of column names, by those names; CsvHelper reads the quotes.

using CsvHelper;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>A table with named columns, one row at a time.</summary>
internal interface IRowTable : IDisposable
{
    /// <summary>The names of the columns.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>The value in a column of the row, trimmed; empty if there is none.</summary>
    string this[int column] { get; }

    /// <summary>Goes to the next row.</summary>
    bool Read();

    /// <summary>A fault of the row.</summary>
    TerminologyException Fault(string message);
}

/// <summary>A CSV file (RFC 4180).</summary>
internal sealed class CsvTable : IRowTable
{
    private readonly ReleaseFile _file;
    private readonly CsvReader _reader;
    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="file">The file.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="separator">What is between two values; found if null.</param>
    public CsvTable(ReleaseFile file, ReleaseLimits limits, char? separator = null)
    {
        _file = file;
        _reader = CsvReader.Create(file.Open(), new CsvReaderOptions
        {
            Separator = separator,
            TrimWhitespace = true,
            TrimInsideQuotes = true,
            TrackLineNumbers = true,
            MaxRecordSize = limits.LineBytes,
            PoolStrings = true,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
        });
        Columns = Guarded(() => _reader.Headers.ToArray());
        for (var column = 0; column < Columns.Count; column++)
            _columns.TryAdd(Columns[column], column);
    }

    public IReadOnlyList<string> Columns { get; }

    public string this[int column] => column >= 0 && column < _reader.FieldCount ? _reader.GetString(column) : "";

    /// <summary>The value in a column of that name; empty if there is no such column.</summary>
    public string this[string column] => _columns.TryGetValue(column, out var number) ? this[number] : "";

    public bool Read() => Guarded(_reader.Read);

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

    public TerminologyException Fault(string message) => _file.Fault(message, _reader.LineNumber);

    public void Dispose() => _reader.Dispose();

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvFormatException e)
        {
            throw _file.Fault($"{e.Message.ReplaceLineEndings(" ")} Check that quotes are closed, and that the file is whole.");
        }
    }
}
