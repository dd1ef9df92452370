"""Miniature trees of sets of clips, every variant with its pitfalls; every name and label in them is invented."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from openpyxl import Workbook

from tests.importers.drawn_pictures import Draw, put

CASME_HEADER = ("Subject", "Filename", None, "OnsetF ", "ApexF1", "ApexF2", "OffsetF", None, "AU", "Emotion")


def put_book(path: Path, *sheets: Iterable[Iterable[object]]) -> None:
    book = Workbook()
    for rows in sheets:
        sheet = book.worksheets[0] if sheets[0] is rows else book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def casme(root: Path) -> None:
    """Two expressions in one clip, the second column of apexes, words with mistakes, padding that changes."""
    rows = (
        CASME_HEADER,
        (1, "EP01_12", None, 73, 81, None, 96, None, "4+L10", "tense"),
        (1, "EP01_12", None, 100, "/", 110, 120, None, 4, "Disgust"),
        (12, "EP12_11_1", None, 60, 69, 70, 80, None, "", "repression "),
        (12, "EP11", None, 60, None, None, 80, None, "", "comtempt"),
        (12, "EP13", None, 60, 61, None, 80, None, "", "happiness"),
        (13, "EP01_12", None, 5, None, None, 9, None, "", "surprise"),
    )
    put_book(root / "casme.xlsx", rows)
    put(root, "Section A/sub01/EP01_12/EP01_12-81.jpg", "Section A/sub01/EP01_12/EP01_12-110.jpg")
    put(root, "Section B/sub12/EP12_11_1/EP12_11_1-069.jpg", "Section B/sub12/EP11/EP11-070.jpg")
    put(root, "Section B/sub12/EP13/img61.jpg", "Section B/sub13/EP01_12/img7.jpg", "Section B/sub13/x.lnk")
    put(root, "Cropped/sub01/EP01_12/reg_EP01_12-81.jpg")


def casme_two_sheets(root: Path) -> None:
    """A sheet for each section and one of notes; a sheet of CASME II lies beside them."""
    put_book(
        root / "CASME coding.xlsx",
        (CASME_HEADER, (1, "EP01_12", None, 73, 81, None, 96, None, 4, "tense")),
        (("notes",), ("of the owner",)),
        (("Section B",), CASME_HEADER, (2, "EP02_1", None, 7, 8, None, 9, None, 4, "surprise")),
    )
    put_book(root / "CASME2-coding-20140508.xlsx", (("Subject", "Filename"), (1, "EP01")))
    put(root, "CASME_raw_selected/sub01/EP01_12/EP01_12-81.jpg", "CASME_raw_selected/sub02/EP02_1/EP02_1-008.jpg")


SAMM_HEADER = (
    *("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro"),
    *("Action Units", "Estimated Emotion ", "Objective Classes", "Notes"),
)
SAMM_ROWS = (
    (6, "006_1_2", 1, 562, 588, 610, 49, "Micro", "4", "Anger", 1, None),
    (13, "013_1_10", 1, 3800, 3824, 3850, 51, "Micro", "4", "Other", 1, None),
    (6, "006_1_3", 1, 100, -1, 120, 21, "Micro", "4", "Contempt", 1, None),
    (7, "007_1_1", 1, 100, 110, 120, 21, "Micro", "4", "Sadness", 1, None),
    (7, "007_9_9", 1, 100, 110, 120, 21, "Micro", "4", "Happiness", 1, None),
)


def samm(root: Path) -> None:
    """Notes above the header, numbers as subjects, an apex of -1, four or five digits, crops, another sheet."""
    notes = [("Notes on this sheet",), *(("- a note",) for _ in range(12))]
    longer = (SAMM_HEADER, (6, "006_1_2", 1, 1, 2, 3, 3, "Macro", "4", "Anger", 1, None))
    put_book(root / "SAMM_Micro_FACS_Codes_v2.xlsx", (*notes, SAMM_HEADER, *SAMM_ROWS), longer)
    for folder in ("SAMM", "SAMM_CROP"):
        put(root, f"{folder}/006/006_1_2/006_0588.jpg", f"{folder}/013/013_1_10/013_03824.jpg")
        put(root, f"{folder}/006/006_1_3/006_00110.jpg", f"{folder}/007/007_1_1/007_00110.jpg")


def samm_csv(root: Path) -> None:
    rows = [",".join("" if cell is None else str(cell) for cell in row) for row in (SAMM_HEADER, *SAMM_ROWS)]
    put(root, "SAMM.csv", content="\n".join(rows))
    put(root, "006/006_1_2/006_0588.jpg", "013/013_1_10/013_03824.jpg", "006/006_1_3/006_00110.jpg")


def dfew(root: Path, header: str = "video_name,label\n", splits: str = "EmoLabel_DataSplit/{}(single-labeled)") -> None:
    """The owner's videos, one as frames alone, one twice, one missing, a code that is none, four more folds."""
    table = "2,1\n15,7\n3,4\n900,2\n16,9\n17,3\n"
    put(root, f"{splits.format('test')}/set_1.csv", content=header + table)
    put(root, f"{splits.format('test')}/set_2.csv", f"{splits.format('train')}/set_2.csv", content=header + "2,5\n")
    put(root, f"{splits.format('train')}/set_1.csv", content=header + "16,5\n")
    put(root, "Clip/original/2.mp4", "Clip/original/15.mp4", "Clip/original/16.mp4")
    put(root, "Clip/clip_224x224_avi/00015.avi", "Clip/clip_224x224_avi/00003.avi")
    put(root, "Clip/clip_224x224_16f/00017/1.jpg", "Clip/clip_224x224/00017/00017_00001.jpg")


def dfew_without_header(root: Path) -> None:
    dfew(root, "", "splits/{}(single_labeled)")


def ferv39k(root: Path) -> None:
    """Lists without a header, both kinds of pictures, a clip of which there are face crops alone, one missing."""
    listed = "Action/Happy/0015 Happy\nAction/Sad/0002 Sad\nCrime/Happy/0015 Happy\nCrime/Fear/0009 Fear\n"
    put(root, "4_setups/All_scenes/test_All.csv", content=listed)
    put(root, "4_setups/All_scenes/train_All.csv", content="War/Happy/0001 Happy\n")
    put(root, "4_setups/Action/test_Action.csv", content="Action/Happy/0015 Happy\n")
    for folder in ("2_ClipsforFaceCrop/2_ClipsforFaceCrop", "3_ClipsforScenImages"):
        put(
            root,
            f"{folder}/Action/Happy/0015/1.jpg",
            f"{folder}/Crime/Happy/0015/10.jpg",
            f"{folder}/War/Happy/0001/1.jpg",
        )
    put(root, "2_ClipsforFaceCrop/2_ClipsforFaceCrop/Action/Sad/0002/1.jpg")


def ferv39k_other_layout(root: Path) -> None:
    put(root, "EmoLabel/EmoLabel/test_All.csv", content="Action/Happy/0015 Happy\nAction/Sad/0002 Sad\n")
    for folder in ("Image/CropFace", "Image/Original"):
        put(root, f"{folder}/Action/Happy/0015/1.jpg", f"{folder}/Action/Sad/0002/1.jpg")


def enterface05(root: Path) -> None:
    """Blanks in folders, names that do not fit their folders, a subject without sentences, litter."""
    base = "enterface database"
    put(root, f"{base}/subject 1/anger/sentence 1/s1_an_1.avi", f"{base}/subject 1/sadness/sentence 2/s1_sa_2.avi")
    put(
        root,
        f"{base}/subject 11/fear/sentence 1/s12_fe_1.avi",
        f"{base}/subject 16/surprise/sentence 3/s16_su_3avi.avi",
    )
    put(root, f"{base}/subject 3/fear/sentence 5/s_3_fe_5.avi", f"{base}/subject 1/anger/sentence 1/Thumbs.db")
    put(root, f"{base}/subject 6/anger/s6_an_1.avi", f"{base}/subject 6/fear/s6_fe_1.avi")
    put(root, f"{base}/subject 1/test/sentence 1/s1_te_1.avi")


def mer2023(root: Path, labels: str = "test-labels/test1-label.csv") -> None:
    """Both kinds of video, one clip twice, the word of the gold labels for `surprised`, a clip that is missing."""
    listed = ("1,happy,1.5", "2,surprise,0.5", "3,worried,-2", "4,angry,-1", "5,bored,0")
    rows = (f"sample_0000000{row}" for row in listed)
    put(root, labels, content="\ufeffname,discrete,valence\n" + "\n".join(rows) + "\n")
    put(root, "test1/sample_00000001.avi", "test1/sample_00000001.mp4", "test1/sample_00000002.mp4")
    put(root, "mer2023train/train/sample_00000003.avi", "test1/sample_00000003.avi", "test1/sample_00000005.avi")
    put(root, "test-labels/test3-label.csv", content="name,discrete\nsample_00000001,sad\n")


def mer2023_flat(root: Path) -> None:
    mer2023(root, "test1-label.csv")


def cmumosi(root: Path) -> None:
    """One table; video ids that begin with a dash and hold an underscore, clips in folders and in a flat one."""
    table = (
        "video_id,clip_id,text,label,label_T,label_A,label_V,annotation,mode\n"
        "-a_b,1,I LIKE IT,2.4,0,0,0,Positive,test\n"
        "-a_b,10,WELL,0,0,0,0,Neutral,test\n"
        "_cd,2,NO,-1.0,0,0,0,Negative,test\n"
        "_cd,3,NEVER,-3,0,0,0,Negative,train\n"
        "ef,1,,-3,0,0,0,Negative,test\n"
    )
    put(root, "MOSI/label.csv", content=table)
    put(root, "MOSI/Raw/-a_b/1.mp4", "MOSI/Raw/Video/Segmented/-a_b_10.mp4", "MOSI/Raw/Video/Full/-a_b.mp4")


VARIANTS: Mapping[str, tuple[str, Draw]] = {
    draw.__name__: (draw.__name__.partition("_")[0], draw)
    for draw in (
        *(casme, casme_two_sheets, samm, samm_csv, dfew, dfew_without_header, ferv39k, ferv39k_other_layout),
        *(enterface05, mer2023, mer2023_flat, cmumosi),
    )
}
