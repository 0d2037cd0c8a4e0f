// CSV files and workbooks by a mapping of their columns.

using System.IO.Compression;
using System.Text;
using FhirHub.Model;
using FhirHub.Terminology.Import;

namespace FhirHub.Terminology.Tests.Import;

public sealed class TableReaderTests
{
    private static readonly ReleaseOptions s_options = new() { System = "http://example.org/drugs", Version = "1" };

    [Fact]
    public void Columns_mean_what_the_mapping_says()
    {
        using var release = new SmallRelease().Add(
            "drugs.csv",
            "\uFEFF药品编码;名称;英文;上级;停用;规格",
            "D1;药物;Drug;;;",
            "D2;阿司匹林;Aspirin;D1;0;\"100 mg; 30\"",
            "D3;旧药;Old drug;D1;是;");
        var table = release.Read(s_options with
        {
            Columns = ColumnMapping.Parse(["code=药品编码", "display=名称", "designation:en=英文", "parent=上级", "inactive=停用", "property:strength=规格"]),
        });
        var aspirin = table.Find("D2");
        Assert.Equal("阿司匹林", table.Display(aspirin));
        Assert.Equal(new Designation("Aspirin", "en"), Assert.Single(table.Designations(aspirin)));
        Assert.Equal(["100 mg; 30"], table.PropertyTexts(aspirin, "strength"));
        Assert.True(table.Subsumes(table.Find("D1"), aspirin));
        Assert.False(table.IsInactive(aspirin));
        Assert.True(table.IsInactive(table.Find("D3")));
    }

    [Fact]
    public void Well_known_names_of_columns_need_no_mapping()
    {
        using var release = new SmallRelease().Add("x.csv", "Code,Name,Parent,Colour", "a,Alpha,,red", "b,Beta,a,");
        var table = release.Read(s_options);
        Assert.Equal("Beta", table.Display(table.Find("b")));
        Assert.Equal(["red"], table.PropertyTexts(table.Find("a"), "Colour"));
        Assert.True(table.Subsumes(table.Find("a"), table.Find("b")));
    }

    [Fact]
    public void Codes_of_atc_are_below_those_that_they_begin_with()
    {
        using var release = new SmallRelease().Add("atc.csv", "atc_code,atc_name", "A,Alimentary tract", "A01AA01,Sodium fluoride", "A01,Stomatologicals", "B,Blood");
        var table = release.Read(s_options);
        Assert.Equal("A01", table.Code(table.Parents(table.Find("A01AA01"))[0]));
        Assert.Equal("A", table.Code(table.Parents(table.Find("A01"))[0]));
        Assert.True(table.Parents(table.Find("B")).IsEmpty);
    }

    [Fact]
    public void The_rows_of_a_workbook_are_read_like_those_of_a_file()
    {
        using var release = new SmallRelease();
        WriteWorkbook(Path.Combine(release.Folder, "list.xlsx"), rows: """
            <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>Active</t></is></c></row>
            <row r="3"><c r="A3"><v>1001</v></c><c r="B3" t="s"><v>2</v></c><c r="D3" t="b"><v>1</v></c></row>
            <row r="4"><c r="A4" t="str"><f>A3+1</f><v>1002</v></c><c r="B4" t="e"><v>#N/A</v></c></row>
            """);
        var table = release.Read(s_options);
        Assert.Equal(2, table.Count);
        Assert.Equal("Blood glucose", table.Display(table.Find("1001")));
        Assert.Equal(["true"], table.PropertyTexts(table.Find("1001"), "Active"));
        Assert.Null(table.Display(table.Find("1002")));
    }

    [Fact]
    public void A_sheet_is_chosen_by_its_name()
    {
        using var release = new SmallRelease();
        WriteWorkbook(Path.Combine(release.Folder, "list.xlsx"), "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>code</t></is></c></row>");
        var mapping = new ColumnMapping { Code = "", Sheet = "Sheet 2" };
        Assert.Contains("there is no sheet 'Sheet 2'; the sheets are Codes", Assert.Throws<TerminologyException>(() => release.Read(s_options with { Columns = mapping })).Message, StringComparison.Ordinal);
        Assert.Equal(0, release.Read(s_options with { Columns = mapping with { Sheet = "codes" } }).Count);
    }

    [Fact]
    public void A_workbook_that_expands_beyond_measure_is_refused()
    {
        using var release = new SmallRelease();
        WriteWorkbook(Path.Combine(release.Folder, "bomb.xlsx"), $"<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{new string('x', 80 * 1024 * 1024)}</t></is></c></row>");
        Assert.Equal("too-costly", Assert.Throws<TerminologyException>(() => release.Read(s_options)).Code);
    }

    [Theory]
    [InlineData("code=A", "name=B", "'name=B' maps no column")]
    [InlineData("display=B", "parent=C", "add code=COLUMN")]
    public void A_mapping_that_says_nothing_is_refused(string first, string second, string message) =>
        Assert.Contains(message, Assert.Throws<TerminologyException>(() => ColumnMapping.Parse([first, second])).Message, StringComparison.Ordinal);

    [Fact]
    public void Faults_of_a_file_are_named_with_place_and_remedy()
    {
        using var twice = new SmallRelease().Add("x.csv", "code,name", "a,1", "a,2");
        Assert.Contains("x.csv:3: the code 'a' is there twice", Assert.Throws<TerminologyException>(() => twice.Read(s_options)).Message, StringComparison.Ordinal);
        using var unknown = new SmallRelease().Add("x.csv", "foo,bar", "a,1");
        Assert.Contains("map them: code=COLUMN", Assert.Throws<TerminologyException>(() => unknown.Read(s_options)).Message, StringComparison.Ordinal);
        using var missing = new SmallRelease().Add("x.csv", "code,name", "a,1");
        Assert.Contains("there is no column 'Title'; the columns are code, name", Assert.Throws<TerminologyException>(
            () => missing.Read(s_options with { Columns = ColumnMapping.Parse(["code=code", "display=Title"]) })).Message, StringComparison.Ordinal);
        Assert.Contains("say the system", Assert.Throws<TerminologyException>(() => missing.Read()).Message, StringComparison.Ordinal);
    }

    private static void WriteWorkbook(string path, string rows)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        void Add(string name, string xml)
        {
            using var entry = new StreamWriter(zip.CreateEntry(name, CompressionLevel.Fastest).Open(), new UTF8Encoding(false));
            entry.Write(xml);
        }

        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        Add("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Codes\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
        Add("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
        Add("xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\"><si><t>Code</t></si><si><r><t>Na</t></r><r><t>me</t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si><si><t>Blood glucose</t></si></sst>");
        Add("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{rows}</sheetData></worksheet>");
    }
}
