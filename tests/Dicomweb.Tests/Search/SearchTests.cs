// What searches find, rule by rule (PS3.18 10.6, PS3.4 C.2.2.2).

using FhirHub.Dicom;

namespace FhirHub.Dicomweb.Tests.Search;

public sealed class SearchTests(SearchTests.Fixture images) : IClassFixture<SearchTests.Fixture>
{
    private const string Wang = "1.9.1";
    private const string Doe = "1.9.2";
    private const string Mueller = "1.9.3";
    private const string Undated = "1.9.4";

    private static string[] Uids(params string[] uids) => uids;

    public sealed class Fixture : SearchFixture, IAsyncLifetime
    {
        protected override DicomwebOptions Configure(DicomwebOptions options) => options with
        {
            IndexedAttributes = ["0029xx08:ACME", "KVP", "ReferencedStudySequence.ReferencedSOPInstanceUID"],
            Pinyin = name => name == "王^小东" ? ["wang xiao dong", "wxd"] : name == "汪晓东" ? ["wang xiao dong", "wxd"] : [],
        };

        async Task IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            await StoreAsync(Archive, Wang, "1.9.1.1", "1.9.1.1.1", dataset =>
            {
                Set(dataset, ("PatientName", "Wang^Xiaodong=王^小东="), ("PatientID", "W1"), ("StudyDate", "20260105"), ("StudyTime", "1030"), ("AccessionNumber", "A-1"));
                Set(dataset, ("StudyDescription", "Head, routine"), ("Modality", "MR"), ("SeriesNumber", "2"), ("SeriesDescription", "T1"), ("InstanceNumber", "7"));
                Set(dataset, ("AcquisitionDateTime", "20260105103000.5+0800"), ("PatientSex", "M"), ("ReferringPhysicianName", "House^Gregory"));
                dataset.Set(new DicomElement(new(0x0040_0275), [Item(("ScheduledProcedureStepID", "S1"), ("RequestedProcedureID", "R1")), Item(("ScheduledProcedureStepID", "S2"), ("RequestedProcedureID", "R2"))]));
            });
            await StoreAsync(Archive, Wang, "1.9.1.2", "1.9.1.2.1", dataset => Set(dataset, ("PatientName", "Wang^Xiaodong=王^小东="), ("PatientID", "W1"), ("Modality", "SR"), ("SeriesNumber", "10")));
            await StoreAsync(Archive, Doe, "1.9.2.1", "1.9.2.1.2", dataset =>
            {
                Set(dataset, ("PatientName", "DOE^John"), ("PatientID", "D1"), ("StudyDate", "20260106"), ("StudyTime", "235959.5"), ("AccessionNumber", "A-2"), ("InstanceNumber", "2"));
                Set(dataset, ("TimezoneOffsetFromUTC", "+0100"), ("StudyDescription", "Knee"), ("KVP", "120.0"), ("PatientSex", "M"));
                dataset.Set(DicomElement.OfText(new(0x0029_0011), DicomVR.LO, SpecificCharacterSet.Default, "ACME"));
                dataset.Set(DicomElement.OfText(new(0x0029_1108), DicomVR.CS, SpecificCharacterSet.Default, "SPECIAL"));
            });
            await StoreAsync(Archive, Doe, "1.9.2.1", "1.9.2.1.1", ("PatientName", "DOE^John"), ("PatientID", "D1"), ("InstanceNumber", "1"), ("KVP", "100"), ("SliceThickness", "1.5"), ("OtherPatientIDs", "X1\\X2"), ("NumberOfFrames", "3"));
            await StoreAsync(Archive, Mueller, "1.9.3.1", "1.9.3.1.1", ("PatientName", "Müller^Jörg"), ("PatientID", "M1"), ("StudyDate", "20250301"), ("StudyTime", "0900"), ("PatientSex", "F"));
            await StoreAsync(Archive, Undated, "1.9.4.1", "1.9.4.1.1", ("PatientName", "Nobody"), ("PatientID", "N1"));
        }

        private static void Set(DicomDataset dataset, params (string Keyword, string Value)[] attributes)
        {
            foreach (var (keyword, value) in attributes)
                dataset.Set(Element(keyword, value));
        }

        private static DicomDataset Item(params (string Keyword, string Value)[] attributes)
        {
            var item = new DicomDataset();
            Set(item, attributes);
            return item;
        }
    }

    [Fact]
    public async Task Studies_come_newest_first_and_those_without_a_date_last() =>
        Assert.Equal(Uids(Doe, Wang, Mueller, Undated), await images.UidsAsync("studies"));

    [Fact]
    public async Task Series_and_instances_come_by_their_numbers_within_their_studies()
    {
        Assert.Equal(Uids("1.9.2.1", "1.9.1.1", "1.9.1.2", "1.9.3.1", "1.9.4.1"), await images.UidsAsync("series"));
        Assert.Equal(Uids("1.9.2.1.1", "1.9.2.1.2", "1.9.1.1.1", "1.9.1.2.1", "1.9.3.1.1", "1.9.4.1.1"), await images.UidsAsync("instances"));
        Assert.Equal(Uids("1.9.1.1", "1.9.1.2"), await images.UidsAsync($"studies/{Wang}/series"));
        Assert.Equal(Uids("1.9.2.1.1", "1.9.2.1.2"), await images.UidsAsync($"studies/{Doe}/instances"));
        Assert.Equal(Uids("1.9.1.2.1"), await images.UidsAsync($"studies/{Wang}/series/1.9.1.2/instances"));
    }

    [Theory]
    [InlineData("studies?PatientID=D1", Doe)]
    [InlineData("studies?00100020=D1", Doe)]
    [InlineData("studies?PatientID=d1")]
    [InlineData("studies?PatientName=doe^john", Doe)]
    [InlineData("studies?PatientName=DOE")]
    [InlineData("studies?PatientName=*doe*", Doe)]
    [InlineData("studies?PatientName=d%3Fe%5Ej*", Doe)]
    [InlineData("studies?PatientName=M*", Mueller)]
    [InlineData("studies?PatientName=m%C3%BCller*", Mueller)]
    [InlineData("studies?PatientName=%E7%8E%8B*", Wang)]
    [InlineData("studies?PatientName=Wang*%3D%E7%8E%8B%5E%E5%B0%8F%E4%B8%9C", Wang)]
    [InlineData("studies?PatientName=Wang*%3D%E6%9D%8E*")]
    [InlineData("studies?AccessionNumber=A-*", Doe, Wang)]
    [InlineData("studies?AccessionNumber=A-%3F&PatientSex=M", Doe, Wang)]
    [InlineData("studies?StudyDescription=Head, routine", Wang)]
    [InlineData("studies?ReferringPhysicianName=house*", Wang)]
    [InlineData("studies?ModalitiesInStudy=SR", Wang)]
    [InlineData("studies?ModalitiesInStudy=SR,CT", Doe, Wang, Mueller, Undated)]
    [InlineData("studies?ModalitiesInStudy=MR%5CSR", Wang)]
    [InlineData("studies?ModalitiesInStudy=S*", Wang)]
    [InlineData("studies?SOPClassesInStudy=1.2.840.10008.5.1.4.1.1.2&limit=1", Doe)]
    [InlineData("studies?StudyInstanceUID=1.9.1,1.9.3", Wang, Mueller)]
    [InlineData("studies?StudyInstanceUID=1.9.1%5C1.9.3", Wang, Mueller)]
    [InlineData("studies?StudyInstanceUID=1.9.1&StudyInstanceUID=1.9.3", Wang, Mueller)]
    [InlineData("studies?StudyInstanceUID=1.9.99")]
    [InlineData("studies?NumberOfStudyRelatedInstances=2", Doe, Wang)]
    [InlineData("studies?NumberOfStudyRelatedSeries=02", Wang)]
    [InlineData("studies?OtherPatientIDs=X2", Doe)]
    public async Task Keys_of_a_study_choose_by_value_wildcard_and_list(string address, params string[] expected)
    {
        Assert.Equal(expected, await images.UidsAsync(address));
        if (!address.Contains("limit", StringComparison.Ordinal))
            Assert.Equal(expected.Length, await images.CountAsync(address));
    }

    [Theory]
    [InlineData("StudyDate=20260105", Wang)]
    [InlineData("StudyDate=2026.01.05", Wang)]
    [InlineData("StudyDate=20260101-20260105", Wang)]
    [InlineData("StudyDate=20260105-", Doe, Wang)]
    [InlineData("StudyDate=-20260105", Wang, Mueller)]
    [InlineData("StudyTime=1000-1100", Wang)]
    [InlineData("StudyTime=10", Wang)]
    [InlineData("StudyTime=-1030", Wang, Mueller)]
    [InlineData("StudyDate=20250301-20260106&StudyTime=0930-1100", Wang)]
    [InlineData("StudyDate=20250301-20260106&StudyTime=0900-1100", Wang, Mueller)]
    [InlineData("StudyDate=20260105-20260106&StudyTime=1200-2359", Doe)]
    [InlineData("StudyDate=20260105&StudyTime=1200-2359")]
    [InlineData("StudyDate=20260105-&StudyTime=1031-", Doe)]
    public async Task Dates_and_times_are_ranges_and_two_ranges_are_one(string keys, params string[] expected) =>
        Assert.Equal(expected, await images.UidsAsync($"studies?{keys}"));

    [Fact]
    public async Task Dates_are_of_the_zone_that_the_query_names()
    {
        Assert.Equal(Uids(Doe), await images.UidsAsync("studies?StudyDate=20260107&TimezoneOffsetFromUTC=%2B0200"));
        Assert.Equal(Uids(Doe), await images.UidsAsync("studies?StudyDate=20260106-20260106&StudyTime=2259-2300&TimezoneOffsetFromUTC=%2B0000"));
        Assert.Equal(Uids(Wang), await images.UidsAsync("studies?StudyDate=20260105&TimezoneOffsetFromUTC=%2B0200"));
        Assert.Equal(Uids(Doe), await images.UidsAsync("studies?StudyTime=0059&TimezoneOffsetFromUTC=+0200"));
        Assert.Equal(400, (await images.RefusedAsync("studies?TimezoneOffsetFromUTC=CET")).Status);
    }

    [Theory]
    [InlineData("AcquisitionDateTime=20260105023000.5%2B0000", "1.9.1.1.1")]
    [InlineData("AcquisitionDateTime=202601050230", "1.9.1.1.1")]
    [InlineData("AcquisitionDateTime=2026", "1.9.1.1.1")]
    [InlineData("AcquisitionDateTime=20260105-20260106", "1.9.1.1.1")]
    [InlineData("AcquisitionDateTime=20260106-")]
    [InlineData("AcquisitionDateTime=-202601050230", "1.9.1.1.1")]
    [InlineData("AcquisitionDateTime=202601051030-0800")]
    [InlineData("AcquisitionDateTime=202601042130-0500", "1.9.1.1.1")]
    [InlineData("AcquisitionDateTime=202601051030&TimezoneOffsetFromUTC=%2B0800", "1.9.1.1.1")]
    public async Task Date_times_are_compared_in_UTC(string key, params string[] expected) =>
        Assert.Equal(expected, await images.UidsAsync($"instances?{key}"));

    [Theory]
    [InlineData("series?Modality=MR", "1.9.1.1")]
    [InlineData("series?SeriesNumber=010", "1.9.1.2")]
    [InlineData("series?PatientID=W1&Modality=SR", "1.9.1.2")]
    [InlineData("series?SeriesInstanceUID=1.9.1.2,1.9.3.1", "1.9.1.2", "1.9.3.1")]
    [InlineData("series?NumberOfSeriesRelatedInstances=2", "1.9.2.1")]
    [InlineData("series?RequestAttributesSequence.ScheduledProcedureStepID=S1", "1.9.1.1")]
    [InlineData("series?00400275.00400009=S*", "1.9.1.1")]
    [InlineData("series?RequestAttributesSequence.ScheduledProcedureStepID=S1&RequestAttributesSequence.RequestedProcedureID=R1", "1.9.1.1")]
    [InlineData("series?RequestAttributesSequence.ScheduledProcedureStepID=S1&RequestAttributesSequence.RequestedProcedureID=R2")]
    [InlineData("instances?KVP=120", "1.9.2.1.2")]
    [InlineData("instances?KVP=1e2", "1.9.2.1.1")]
    [InlineData("instances?SliceThickness=1.50", "1.9.2.1.1")]
    [InlineData("instances?0029xx08:ACME=SPECIAL", "1.9.2.1.2")]
    [InlineData("instances?00291108=SPECIAL", "1.9.2.1.2")]
    [InlineData("instances?0029xx08:OTHER=SPECIAL")]
    [InlineData("instances?SOPInstanceUID=1.9.2.1.2,1.9.3.1.1", "1.9.2.1.2", "1.9.3.1.1")]
    [InlineData("instances?PatientID=D1&AvailableTransferSyntaxUID=1.2.840.10008.1.2.1", "1.9.2.1.1", "1.9.2.1.2")]
    [InlineData("instances?PatientID=D1&AvailableTransferSyntaxUID=1.2.840.10008.1.2.5")]
    [InlineData("instances?PatientID=D1&InstanceAvailability=OFFLINE")]
    [InlineData("studies/1.9.1/series?PatientID=W1", "1.9.1.1", "1.9.1.2")]
    [InlineData("studies/1.9.1/series?PatientID=D1")]
    [InlineData("studies/1.9.77/series")]
    [InlineData("studies/1.9.1/series/1.9.2.1/instances")]
    public async Task Keys_of_series_and_instances_choose_with_those_of_their_study(string address, params string[] expected)
    {
        Assert.Equal(expected, await images.UidsAsync(address));
        Assert.Equal(expected.Length, await images.CountAsync(address));
    }

    [Fact]
    public async Task Empty_values_are_found_by_two_quotes_if_asked_for()
    {
        Assert.Equal(Uids(Mueller, Undated), await images.UidsAsync("studies?AccessionNumber=\"\"&emptyvaluematching=true"));
        Assert.Equal(Uids(Undated), await images.UidsAsync("studies?StudyDate=\"\"&emptyvaluematching=true"));
        Assert.Empty(await images.UidsAsync("studies?AccessionNumber=\"\""));
        Assert.Equal(400, (await images.RefusedAsync("studies?StudyDate=\"\"")).Status);
    }

    [Fact]
    public async Task Several_values_are_alternatives_if_asked_for()
    {
        Assert.Equal(Uids(Doe, Wang), await images.UidsAsync("studies?PatientID=W1%5CD1&multiplevaluematching=true"));
        Assert.Equal(Uids(Doe, Mueller), await images.UidsAsync("studies?PatientName=doe*%5CM*&multiplevaluematching=true"));
        Assert.Equal(Uids(Wang, Mueller), await images.UidsAsync("studies?StudyDate=20260105%5C20250301&multiplevaluematching=true"));
        Assert.Empty(await images.UidsAsync("studies?PatientID=W1%5CD1"));
        Assert.Equal(400, (await images.RefusedAsync("studies?PatientID=W1&PatientID=D1")).Status);
    }

    [Fact]
    public async Task A_parameter_that_says_two_things_is_refused() =>
        Assert.Equal(400, (await images.RefusedAsync("studies?limit=1&limit=2")).Status);

    [Theory]
    [InlineData("mueller", Mueller)]
    [InlineData("M%C3%BCler", Mueller)]
    [InlineData("Jorg Myller", Mueller)]
    [InlineData("Jon Dow")]
    [InlineData("doe jon", Doe)]
    [InlineData("wangxiaodong", Wang)]
    [InlineData("wang xiaodong", Wang)]
    [InlineData("wxd", Wang)]
    [InlineData("%E6%B1%AA%E6%99%93%E4%B8%9C", Wang)]
    [InlineData("nob*", Undated)]
    public async Task Fuzzy_matching_finds_names_that_sound_alike(string name, params string[] expected) =>
        Assert.Equal(expected, await images.UidsAsync($"studies?PatientName={name}&fuzzymatching=true"));

    [Theory]
    [InlineData("studies?PatientNam=Doe")]
    [InlineData("studies?NoSuch.Path=1")]
    [InlineData("studies?StudyDate=tomorrow")]
    [InlineData("studies?StudyDate=20260231")]
    [InlineData("instances?StudyDate=2025")]
    [InlineData("studies?StudyDate=-")]
    [InlineData("studies?StudyTime=2560")]
    [InlineData("studies?StudyInstanceUID=1.2.x")]
    [InlineData("studies?StudyInstanceUID=1.9.*")]
    [InlineData("studies/1.2.x/series")]
    [InlineData("studies?Modality=CT")]
    [InlineData("studies?limit=-1")]
    [InlineData("studies?limit=many")]
    [InlineData("studies?offset=1.5")]
    [InlineData("studies?offset=99999999")]
    [InlineData("studies?fuzzymatching=maybe")]
    [InlineData("studies?includefield=NoSuchField")]
    [InlineData("studies?ProcedureCodeSequence=1")]
    [InlineData("studies?PatientAge=old")]
    [InlineData("studies?PatientWeight=heavy")]
    [InlineData("studies?PatientName=a%3Db%3Dc%3Dd")]
    [InlineData("instances?PixelData=1")]
    [InlineData("studies?RetrieveURL=http://elsewhere/studies/1.9.1")]
    public async Task What_can_not_be_understood_is_refused_and_said_why(string address)
    {
        var (status, text) = await images.RefusedAsync(address);
        Assert.Equal(400, status);
        Assert.Contains("\"detail\":", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_character_set_of_a_query_chooses_nothing_which_is_said()
    {
        Assert.Equal(4, await images.CountAsync("studies?SpecificCharacterSet=ISO_IR 100"));
        Assert.Contains("UTF-8", Assert.Single(await images.WarningsAsync("studies?SpecificCharacterSet=ISO_IR 100&includefield=SpecificCharacterSet,RetrieveURL")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_what_there_is_says_that_there_is_more()
    {
        Assert.Equal(Uids(Wang, Mueller), await images.UidsAsync("studies?limit=2&offset=1"));
        Assert.Contains("additional results", Assert.Single(await images.WarningsAsync("studies?limit=2&offset=1")), StringComparison.Ordinal);
        Assert.Empty(await images.WarningsAsync("studies?limit=2&offset=2"));
        Assert.Empty(await images.UidsAsync("studies?offset=4"));
        Assert.Equal(Uids("1.9.1.1.1", "1.9.1.2.1"), await images.UidsAsync("instances?limit=2&offset=2"));
        Assert.Equal(Uids("1.9.1.2.1"), await images.UidsAsync("instances?PatientID=W1&offset=1"));
        Assert.StartsWith("299 127.0.0.1:", Assert.Single(await images.WarningsAsync("studies?limit=0")), StringComparison.Ordinal);
        Assert.Equal(4, await images.CountAsync("studies?limit=1"));
    }

    [Fact]
    public async Task The_scope_decides_which_studies_exist()
    {
        await images.Archive.FollowAsync("test", 0, new Dictionary<string, string?> { [Wang] = "p-wang", [Doe] = "p-doe" }, default);
        try
        {
            images.Scope = ImageScope.Of(new HashSet<string> { "p-wang" });
            Assert.Equal(Uids(Wang), await images.UidsAsync("studies"));
            Assert.Empty(await images.UidsAsync("studies?PatientID=D1"));
            Assert.Empty(await images.UidsAsync($"studies/{Doe}/series"));
            Assert.Equal(2, await images.CountAsync("instances"));
            images.Scope = ImageScope.Of(new HashSet<string>());
            Assert.Empty(await images.UidsAsync("studies"));
            Assert.Equal(0, await images.CountAsync("studies"));
        }
        finally
        {
            images.Scope = ImageScope.Full;
        }
    }
}
