"""What terminals with STX … ETX LRC lines share: the line's end, dialogues, and the pump."""
