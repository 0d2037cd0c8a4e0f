// Workbooks (.xlsx, ECMA-376 part 1, 12 and 18): a zip archive of XML, of which one sheet is read row by row.

using System.IO.Compression;
using System.Text;
using System.Xml;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>A sheet of a workbook as a table. Cells are read as they are stored; formulas by their last result.</summary>
internal sealed class Workbook : IRowTable
{
    private const int MostColumns = 16_384;
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private readonly ReleaseFile _file;
    private readonly ReleaseLimits _limits;
    private readonly ZipArchive _zip;
    private readonly List<string> _shared;
    private readonly XmlReader _rows;
    private readonly List<string> _row = [];
    private long _unpacked;
    private long _line;

    public Workbook(ReleaseFile file, ReleaseLimits limits, string? sheet)
    {
        _file = file;
        _limits = limits;
        _zip = OpenZip();
        try
        {
            _shared = ReadSharedStrings();
            _rows = OpenXml(SheetPath(sheet)) ?? throw Fault("the workbook has no such sheet");
            Columns = Read() ? [.. _row] : [];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Columns { get; }

    public string this[int column] => column >= 0 && column < _row.Count ? _row[column] : "";

    public bool Read()
    {
        try
        {
            while (_rows.Read())
            {
                if (_rows.NodeType == XmlNodeType.Element && _rows.LocalName == "row")
                {
                    _line = long.TryParse(_rows.GetAttribute("r"), out var line) ? line : _line + 1;
                    ReadRow();
                    if (_row.Exists(static cell => cell.Length > 0))
                        return true;
                }
            }

            return false;
        }
        catch (Exception e) when (e is XmlException or InvalidDataException)
        {
            throw Fault(e.Message);
        }
    }

    public TerminologyException Fault(string message) => _file.Fault(message, _line);

    public void Dispose()
    {
        _rows?.Dispose();
        _zip.Dispose();
    }

    // The directory of a zip archive stands at its end, so a workbook that comes out of another archive is held in memory.
    private ZipArchive OpenZip()
    {
        if (_file.Length > _limits.WorkbookCharacters)
            throw new TerminologyException("too-costly", $"{_file.Path} is larger than {_limits.WorkbookCharacters:N0} bytes; save it as CSV.");
        using var content = _file.Open();
        var held = new MemoryStream();
        content.CopyTo(held);
        try
        {
            held.Position = 0;
            return new ZipArchive(held, ZipArchiveMode.Read);
        }
        catch (InvalidDataException)
        {
            throw _file.Fault("the file is no workbook; save it as .xlsx or as CSV");
        }
    }

    // Paths of entries are compared, never opened as files.
    private XmlReader? OpenXml(string path)
    {
        var entry = _zip.Entries.FirstOrDefault(entry => entry.FullName.TrimStart('/').Equals(path, StringComparison.OrdinalIgnoreCase));
        if (entry is null)
            return null;
        _unpacked += entry.Length;
        if (_unpacked > Math.Max(64L * 1024 * 1024, _file.Length * _limits.WorkbookRatio))
            throw new TerminologyException("too-costly", $"{_file.Path} expands to far more than its size, which no workbook does.");
        return XmlReader.Create(entry.Open(), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            CloseInput = true,
            MaxCharactersInDocument = Math.Max(1, entry.Length),
        });
    }

    private string SheetPath(string? wanted)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        using (var relations = OpenXml("xl/_rels/workbook.xml.rels") ?? throw Fault("the file is no workbook; save it as .xlsx or as CSV"))
        {
            while (relations.Read())
            {
                if (relations.LocalName == "Relationship" && relations.GetAttribute("Id") is { } id && relations.GetAttribute("Target") is { } target)
                    targets[id] = target.StartsWith('/') ? target[1..] : $"xl/{target}";
            }
        }

        var names = new List<string>();
        using var book = OpenXml("xl/workbook.xml") ?? throw Fault("the file is no workbook; save it as .xlsx or as CSV");
        while (book.Read())
        {
            if (book.NodeType != XmlNodeType.Element || book.LocalName != "sheet" || book.GetAttribute("name") is not { } name)
                continue;
            names.Add(name);
            if ((wanted is null || name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                && book.GetAttribute("id", Relationships) is { } id && targets.TryGetValue(id, out var path))
            {
                return path;
            }
        }

        throw Fault($"there is no sheet '{wanted}'; the sheets are {string.Join(", ", names.Take(30))}");
    }

    private List<string> ReadSharedStrings()
    {
        var shared = new List<string>();
        using var reader = OpenXml("xl/sharedStrings.xml");
        long characters = 0;
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "si")
                continue;
            shared.Add(ReadText(reader));
            characters += shared[^1].Length + 16;
            if (characters > _limits.WorkbookCharacters)
                throw new TerminologyException("too-costly", $"{_file.Path} has more than {_limits.WorkbookCharacters:N0} characters of texts; save it as CSV.");
        }

        return shared;
    }

    private void ReadRow()
    {
        _row.Clear();
        using var cells = _rows.ReadSubtree();
        cells.Read();
        while (cells.Read())
        {
            if (cells.NodeType != XmlNodeType.Element || cells.LocalName != "c")
                continue;
            var column = cells.GetAttribute("r") is { } reference ? ColumnOf(reference) : _row.Count;
            while (_row.Count < column)
                _row.Add("");
            var text = ReadCell(cells, cells.GetAttribute("t"));
            if (_row.Count == column)
                _row.Add(text.Trim());
        }
    }

    private string ReadCell(XmlReader cells, string? type)
    {
        if (cells.IsEmptyElement)
            return "";
        using var cell = cells.ReadSubtree();
        var value = "";
        while (cell.Read())
        {
            if (cell.NodeType != XmlNodeType.Element)
                continue;
            if (cell.LocalName == "is")
                value = ReadText(cell);
            else if (cell.LocalName == "v")
                value = ReadText(cell);
        }

        return type switch
        {
            "s" => int.TryParse(value, out var number) && (uint)number < (uint)_shared.Count ? _shared[number] : throw Fault("a cell names a shared text that is not there"),
            "b" => value == "1" ? "true" : "false",
            "e" => "",
            _ => value,
        };
    }

    // The text of an element, without the readings that Japanese workbooks add (rPh).
    private static string ReadText(XmlReader element)
    {
        if (element.IsEmptyElement)
            return "";
        var text = new StringBuilder();
        var depth = element.Depth;
        var inReading = 0;
        while (element.Read() && !(element.NodeType == XmlNodeType.EndElement && element.Depth == depth))
        {
            if (element.LocalName == "rPh")
                inReading += element.NodeType == XmlNodeType.Element && !element.IsEmptyElement ? 1 : element.NodeType == XmlNodeType.EndElement ? -1 : 0;
            else if (inReading == 0 && element.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)
                text.Append(element.Value);
        }

        return text.ToString();
    }

    // "AB12" is column 27.
    private int ColumnOf(string reference)
    {
        var column = 0;
        foreach (var c in reference)
        {
            if (!char.IsAsciiLetter(c))
                break;
            column = (column * 26) + (char.ToUpperInvariant(c) - 'A' + 1);
            if (column > MostColumns)
                throw Fault($"a cell is in column {reference}, beyond what workbooks have");
        }

        return column - 1;
    }
}
